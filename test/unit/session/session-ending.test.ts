import { expect, test, vi } from "vitest";
import {
  GaveUpError,
  InterruptedError,
  SessionEnding,
  watchSignals,
} from "../../../src/session/session-ending.ts";

test("before the command a signal interrupts the session, then it's the command's, at last it ends the look", async () => {
  const early = new SessionEnding();
  early.ask("SIGTERM");
  await expect(early.interrupted).rejects.toMatchObject({ status: 143 });
  expect(() => early.throwIfInterrupted()).toThrow(InterruptedError);
  expect(() => early.forwardTo(() => undefined)).toThrow("interrupted by SIGTERM");

  const ending = new SessionEnding();
  const taken: string[] = [];
  ending.forwardTo((signal, count) => void taken.push(`${signal} ${count}`));
  ending.ask("SIGINT");
  ending.ask("SIGHUP");
  expect(taken).toEqual(["SIGINT 1", "SIGHUP 2"]);
  const look = ending.endsScan();
  expect(look.aborted).toBe(false);
  ending.ask("SIGINT");
  expect(look.aborted).toBe(true);
});

test("a third signal gives up, when it comes so late that nothing helps", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const ending = new SessionEnding();
    ending.forwardTo(() => undefined);
    for (let signal = 0; signal < 3; signal += 1) ending.ask("SIGINT");
    vi.advanceTimersByTime(6_000);
    ending.ask("SIGINT");
    await expect(ending.givenUp).rejects.toThrow(GaveUpError);
    await expect(ending.givenUp).rejects.toMatchObject({ status: 130 });
  } finally {
    vi.useRealTimers();
  }
});

test("other listeners of a signal are put aside while a session catches it", () => {
  const heard: string[] = [];
  const other = (): void => void heard.push("other");
  process.on("SIGHUP", other);
  try {
    {
      using watch = watchSignals((signal) => void heard.push(signal));
      void watch;
      process.emit("SIGHUP");
    }
    // Not sent once more: where a file of the same worker loaded conf, when-exit's listener would end the worker
    expect(heard).toEqual(["SIGHUP"]);
    expect(process.listeners("SIGHUP")).toContain(other);
  } finally {
    process.off("SIGHUP", other);
  }
});
