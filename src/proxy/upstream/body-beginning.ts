/** A method and a blank. */
const requestBeginning = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}[\t ]/;
const longest = 65;
/** What some servers skip before a request line (RFC 9112, section 2.2). */
const skipped = new Set(Buffer.from("\r\n\t "));

/**
 * Whether a body begins as a request does. A server that answers without reading it takes such a body for the next request
 * on the connection, and the head that follows there, with its credential, for more of that one's headers.
 */
export class BodyBeginning {
  #text = "";

  /** @param piece the next one, in order */
  add(piece: Buffer): void {
    if (this.#text.length >= longest) return;
    const start = this.#text === "" ? piece.findIndex((byte) => !skipped.has(byte)) : 0;
    if (start !== -1) this.#text += piece.toString("latin1", start, start + longest);
  }

  get isLikeRequest(): boolean {
    return requestBeginning.test(this.#text);
  }
}
