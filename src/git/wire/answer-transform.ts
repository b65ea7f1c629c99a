/** Changes an answer on its way, in pieces. */
export interface AnswerTransform {
  /** @throws GitProtocolError when the answer isn't one to what was asked */
  readonly push: (piece: Buffer) => Buffer;
  /** @throws GitProtocolError when it ended too early */
  readonly end: () => Buffer;
}
