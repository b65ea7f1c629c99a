import { ObjectsUnreadable } from "./unproven.ts";

/** One object as `cat-file --batch` gives it. */
export interface ObjectHead {
  readonly oid: string;
  readonly type: string;
  /** Bytes of its content */
  readonly size: number;
  /** The content's beginning */
  readonly head: Buffer;
}

/** `OID TYPE SIZE\n`, the content, `\n`; or `OID missing\n`. */
export class BatchParser {
  readonly #maxHeadBytes: number;
  #line = "";
  #object: { oid: string; type: string; size: number; left: number; head: Buffer[] } | undefined;

  constructor(maxHeadBytes: number) {
    this.#maxHeadBytes = maxHeadBytes;
  }

  get isComplete(): boolean {
    return this.#object === undefined && this.#line === "";
  }

  *push(piece: Buffer): Generator<ObjectHead> {
    let at = 0;
    while (at < piece.length) {
      const object = this.#object;
      if (object === undefined) {
        at = this.#readLine(piece, at);
        continue;
      }
      // With the line break behind the content
      const end = Math.min(piece.length, at + object.left + 1);
      const wanted = this.#maxHeadBytes - (object.size - object.left);
      const content = Math.min(end - at, object.left);
      if (wanted > 0) object.head.push(piece.subarray(at, at + Math.min(content, wanted)));
      const isEnd = end - at === object.left + 1;
      object.left -= content;
      at = end;
      if (!isEnd) continue;
      this.#object = undefined;
      const { oid, type, size, head } = object;
      yield { oid, type, size, head: Buffer.concat(head) };
    }
  }

  #readLine(piece: Buffer, at: number): number {
    const end = piece.indexOf(10, at);
    this.#line += piece.toString("latin1", at, end === -1 ? piece.length : end);
    if (end === -1) return piece.length;
    const [oid = "", type = "", size = ""] = this.#line.split(" ");
    if (type === "missing") throw new ObjectsUnreadable("an object is missing");
    if (!/^[0-9]{1,15}$/.test(size)) throw new ObjectsUnreadable("git's answer isn't understood");
    this.#line = "";
    this.#object = { oid, type, size: Number(size), left: Number(size), head: [] };
    return end + 1;
  }
}
