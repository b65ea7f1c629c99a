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

/** Passes output on. @returns what waits until all of it was, however slow its reader is */
export function passOn(
  outputs: readonly PassedOutput[],
  { onLost, hurry, onDropped }: PassOptions,
): () => Promise<void> {
  const dropped = new Set<PassedOutput>();
  const lose = onceOnly(onLost);
  for (const { from, to } of outputs) {
    to.on("error", (error: Error) => {
      // What comes until the command has ended goes nowhere, so that it isn't held up
      from.resume();
      lose(error);
    });
    from.pipe(to, { end: false });
  }
  const isHeldUp = (output: PassedOutput): boolean =>
    output.to.writableNeedDrain && !output.to.destroyed && !dropped.has(output);
  const untaken = new Map<PassedOutput, number>();
  const dropUntaken = (): void => {
    for (const output of outputs) {
      const { from, to } = output;
      const isSame = untaken.get(output) === to.writableLength;
      untaken.set(output, to.writableLength);
      if (!isHeldUp(output) || !isSame) continue;
      dropped.add(output);
      // The engine doesn't say that a command has ended whose output it can't get rid of
      from.unpipe(to);
      from.resume();
      onDropped();
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const onHurry = (): void => void (timer = setInterval(dropUntaken, untakenMs).unref());
  hurry.addEventListener("abort", onHurry, { once: true });
  const passed = untilPassedOn(outputs, isHeldUp);
  return async () => {
    await passed();
    hurry.removeEventListener("abort", onHurry);
    clearInterval(timer);
  };
}

function untilPassedOn(
  outputs: readonly PassedOutput[],
  isHeldUp: (output: PassedOutput) => boolean,
): () => Promise<void> {
  let bytes = 0;
  let isEnded = false;
  for (const { from } of outputs) from.on("data", (chunk: Buffer) => (bytes += chunk.length));
  const ended = Promise.all(outputs.map(({ from }) => finished(from).catch(() => undefined))).then(
    () => (isEnded = true),
  );
  return async () => {
    for (let before = -1; !isEnded;) {
      if (bytes === before && !outputs.some(isHeldUp)) return;
      before = bytes;
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
