import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";

/** One output of the command, and where the user gets it. */
export interface PassedOutput {
  readonly from: Readable;
  readonly to: NodeJS.WriteStream;
}

export interface PassOptions {
  /** Called once when output can't be passed on any more: a reader that has seen enough (`| head`), a full disk */
  readonly onLost: (error: Error) => void;
  /** Aborted when the command is to end now, though a reader hasn't taken all of its output */
  readonly hurry: AbortSignal;
  /** Called when output is dropped that its reader doesn't take; what of it was written before keeps this process alive */
  readonly onDropped: () => void;
}

/** An engine that doesn't say the end of the output is waited for this long after the last of it. */
const lastOutputMs = 2_000;
/** A reader that has taken nothing for as long as this is not waited for, once the command is to end. */
const untakenMs = 1_000;
/**
 * How much is taken from the engine, and how often, for a reader that takes nothing. Docker Engine drops what it hasn't read
 * of a command's output two seconds after its end (moby, `daemon/monitor.go`); a reader that is a person may be slower.
 */
const keptPieceBytes = 256 * 1024;
const keepPieceMs = 250;
/** Bytes that are kept for such a reader */
const maxKeptBytes = 64 * 1024 * 1024;

/** Passes output on. @returns what waits until all of it was, however slow its reader is */
export function passOn(
  outputs: readonly PassedOutput[],
  { onLost, hurry, onDropped }: PassOptions,
): () => Promise<void> {
  const lose = onceOnly(onLost);
  const passings = outputs.map((output) => new Passing(output, lose));
  const keepPieces = setInterval(() => {
    for (const passing of passings) passing.keepPiece();
  }, keepPieceMs).unref();
  let dropUntaken: NodeJS.Timeout | undefined;
  const onHurry = (): void => {
    clearInterval(keepPieces);
    dropUntaken = setInterval(() => {
      for (const passing of passings) if (passing.dropUntaken()) onDropped();
    }, untakenMs).unref();
  };
  hurry.addEventListener("abort", onHurry, { once: true });
  const passed = untilPassedOn(passings);
  return async () => {
    await passed();
    hurry.removeEventListener("abort", onHurry);
    clearInterval(keepPieces);
    clearInterval(dropUntaken);
  };
}

/** One output on its way. */
class Passing {
  /** All that came of it */
  bytes = 0;
  readonly ended: Promise<void>;
  readonly #from: Readable;
  readonly #to: NodeJS.WriteStream;
  #isDropped = false;
  #takenBefore = -1;
  #keptUntil = 0;

  constructor({ from, to }: PassedOutput, onLost: (error: Error) => void) {
    this.#from = from;
    this.#to = to;
    from.on("data", (chunk: Buffer) => {
      this.bytes += chunk.length;
      // A stream that is piped stops again behind each chunk
      if (this.bytes < this.#keptUntil) queueMicrotask(() => from.resume());
    });
    to.on("error", (error: Error) => {
      // What comes until the command has ended goes nowhere, so that it isn't held up
      from.resume();
      onLost(error);
    });
    from.pipe(to, { end: false });
    this.ended = finished(from).catch(() => undefined);
  }

  /** Whether its reader is slower than the command */
  get isHeldUp(): boolean {
    return this.#to.writableNeedDrain && !this.#to.destroyed && !this.#isDropped;
  }

  keepPiece(): void {
    if (!this.isHeldUp || this.#to.writableLength >= maxKeptBytes) return;
    this.#keptUntil = this.bytes + keptPieceBytes;
    this.#from.resume();
  }

  /** @returns whether it's dropped from now on: its reader has taken nothing since this was last asked */
  dropUntaken(): boolean {
    const taken = this.bytes - this.#to.writableLength;
    const isSame = taken === this.#takenBefore;
    this.#takenBefore = taken;
    if (!this.isHeldUp || !isSame) return false;
    this.#isDropped = true;
    // The engine doesn't say that a command has ended whose output it can't get rid of
    this.#from.unpipe(this.#to);
    this.#from.resume();
    return true;
  }
}

function untilPassedOn(passings: readonly Passing[]): () => Promise<void> {
  let isEnded = false;
  const ended = Promise.all(passings.map((passing) => passing.ended)).then(() => (isEnded = true));
  return async () => {
    let before = -1;
    let wasHeldUp = true;
    while (!isEnded) {
      const bytes = passings.reduce((sum, passing) => sum + passing.bytes, 0);
      const isHeldUp = passings.some((passing) => passing.isHeldUp);
      // A reader that took all just now is given as long for the rest as any other
      if (bytes === before && !isHeldUp && !wasHeldUp) return;
      before = bytes;
      wasHeldUp = isHeldUp;
      await Promise.race([ended, sleep(lastOutputMs)]);
    }
  };
}

function onceOnly(work: (error: Error) => void): (error: Error) => void {
  let isDone = false;
  return (error) => {
    if (isDone) return;
    isDone = true;
    work(error);
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
