import { PassThrough, Readable, Writable } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { passOn } from "../../../../src/session/terminal/passed-output.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A reader that takes nothing until it's told to. */
function createReader(): { stream: NodeJS.WriteStream; taken: () => number; take: () => void } {
  let taken = 0;
  let pending: (() => void) | undefined;
  let isTaking = false;
  const stream = new Writable({
    highWaterMark: 4,
    write: (chunk: Buffer, _encoding, done) => {
      const take = (): void => {
        taken += chunk.length;
        done();
      };
      if (isTaking) take();
      else pending = take;
    },
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    taken: () => taken,
    take: () => {
      isTaking = true;
      pending?.();
    },
  };
}

const quiet = { onLost: () => undefined, onDropped: () => undefined };

test("a reader that begins to take just before it's looked whether anything comes gets all of it", async () => {
  const from = new PassThrough();
  const reader = createReader();
  const { signal } = new AbortController();
  const passed = passOn([{ from, to: reader.stream }], { ...quiet, hurry: signal });
  from.write(Buffer.alloc(8));
  let isOver = false;
  const over = passed().then(() => (isOver = true));
  // Nothing moves for two of the times after which an engine that doesn't say the end is given up
  await vi.advanceTimersByTimeAsync(3_999);
  reader.take();
  await vi.advanceTimersByTimeAsync(2);
  expect(isOver).toBe(false);
  from.end(Buffer.alloc(100));
  await vi.advanceTimersByTimeAsync(1_000);
  await over;
  expect(reader.taken()).toBe(108);
});

test("an engine that doesn't say the end of the output is given up once nothing comes", async () => {
  const from = new PassThrough();
  const reader = createReader();
  reader.take();
  const { signal } = new AbortController();
  const passed = passOn([{ from, to: reader.stream }], { ...quiet, hurry: signal });
  from.write(Buffer.alloc(8));
  const over = passed();
  await vi.advanceTimersByTimeAsync(6_000);
  await over;
  expect(reader.taken()).toBe(8);
});

test("what a reader doesn't take is kept piece by piece, so that an engine isn't left with it, up to 64 MiB", async () => {
  const from = new Readable({
    read() {
      this.push(Buffer.alloc(32 * 1024));
    },
  });
  const reader = createReader();
  const { signal } = new AbortController();
  passOn([{ from, to: reader.stream }], { ...quiet, hurry: signal });
  const kept: number[] = [];
  for (const seconds of [1, 1, 100, 1]) {
    await vi.advanceTimersByTimeAsync(seconds * 1_000);
    kept.push(Math.round(reader.stream.writableLength / 1024 / 1024));
  }
  expect(kept).toEqual([1, 2, 64, 64]);
  from.destroy();
});
