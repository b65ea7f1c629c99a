import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { RunningContainer } from "../../../../src/engine/engine.ts";
import { attachTerminal, takeTerminal } from "../../../../src/session/terminal/user-streams.ts";

test("without a terminal the command isn't held up by its output, and has no input", async () => {
  const container = {} as RunningContainer;
  const [stdin, stdout, stderr, rest] = [1, 2, 3, 4].map(() => new PassThrough());
  let isClosed = false;
  const close = (): void => void (isClosed = true);
  const attachment = { stdin, stdout, stderr, close } as never;
  using taken = await takeTerminal(undefined, container);
  expect(taken.isTty).toBe(false);
  {
    const hurry = new AbortController().signal;
    await using attached = attachTerminal(
      undefined,
      { container, attachment, report: { rest: rest as PassThrough } },
      { tty: false, hurry, onLost: () => undefined, onDropped: () => undefined },
    );
    void attached;
    for (const output of [rest, stderr]) {
      for (let piece = 0; piece < 64; piece += 1) output?.write(Buffer.alloc(65_536));
      await expect.poll(() => output?.writableLength).toBe(0);
    }
  }
  expect(isClosed).toBe(true);
});
