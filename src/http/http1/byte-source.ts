/** The bytes of a connection, as they come. One reader at a time. */
export interface ByteSource {
  /** What has arrived, undefined at the end; rejects when the connection fails. */
  readonly next: () => Promise<Buffer | undefined>;
  /** Puts bytes back in front. */
  readonly unread: (bytes: Buffer) => void;
}
