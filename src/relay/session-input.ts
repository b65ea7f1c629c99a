import type { Readable } from "node:stream";
import {
  maxLineBytes,
  parseSessionLine,
  protocolVersion,
  type Acquisition,
  type SessionLine,
} from "./protocol.ts";

/** What the relay says of itself: one JSON object on a line of stderr. */
export type Report = (status: Readonly<Record<string, unknown>>) => void;

/** The session's lines on the relay's stdin: the first that acquires it does, all that come later are refused. */
export class SessionInput {
  /** Rejects when the input ends first, or says something else */
  readonly acquired: Promise<Acquisition>;
  /** Resolves with the reason when the session is gone */
  readonly ended: Promise<string>;
  readonly #input: Readable;
  readonly #id: string;
  readonly #report: Report;
  readonly #onData = (chunk: Buffer): void => this.#read(chunk);
  #pending: Buffer = Buffer.alloc(0);
  #state: "free" | "acquired" | "kept" = "free";
  #settle: { acquire: (by: Acquisition) => void; fail: (error: Error) => void };

  constructor(input: Readable, { id, report }: { readonly id: string; readonly report: Report }) {
    this.#input = input;
    this.#id = id;
    this.#report = report;
    const { promise, resolve, reject } = Promise.withResolvers<Acquisition>();
    this.acquired = promise;
    this.#settle = { acquire: resolve, fail: reject };
    this.ended = new Promise((end) => {
      for (const event of ["end", "close"]) input.once(event, () => end("stdin ended"));
      input.on("error", () => end("stdin failed"));
    });
    void this.ended.then((reason) => reject(new Error(reason)));
    input.on("data", this.#onData);
  }

  /** With a mounted socket the session says nothing more here. */
  keep(): void {
    this.#state = "kept";
    this.#read(Buffer.alloc(0));
    this.#input.resume();
  }

  /** Gives the input away, paused, with what came after the line that acquired the relay put back. */
  detach(): Readable {
    this.#input.off("data", this.#onData);
    if (this.#pending.length > 0) this.#input.unshift(this.#pending);
    return this.#input;
  }

  #read(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    try {
      while (this.#state !== "acquired") {
        const end = this.#pending.indexOf("\n");
        const length = end === -1 ? this.#pending.length : end;
        if (length > maxLineBytes) throw new Error("the session's line is too long");
        if (end === -1) return;
        const line = this.#pending.toString("utf8", 0, end);
        this.#pending = this.#pending.subarray(end + 1);
        this.#answer(parseSessionLine(line));
      }
    } catch (error) {
      this.#input.destroy();
      this.#settle.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #answer(line: SessionLine): void {
    if (line.session === "hello") {
      this.#report({ relay: "hello", id: this.#id, version: protocolVersion });
    } else if (this.#state === "kept") {
      this.#report({ relay: "refused", by: line.by, reason: "another session has it" });
    } else {
      // What follows may be the stdio link's
      this.#state = "acquired";
      this.#input.pause();
      this.#settle.acquire(line);
    }
  }
}
