import { expect, onTestFinished, test, vi } from "vitest";
import { sayWhileLong } from "../../../src/sandbox/long-work.ts";

test("work that takes long says so after 2 s, then every 15 s until its end", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const notes: string[] = [];
  const gate = Promise.withResolvers<number>();
  const work = sayWhileLong(gate.promise, "looking", (text) => notes.push(text));
  vi.advanceTimersByTime(33_000);
  gate.resolve(7);
  expect(await work).toBe(7);
  vi.advanceTimersByTime(60_000);
  expect(notes).toEqual(["looking …", "looking: 17s so far", "looking: 32s so far"]);
  await sayWhileLong(Promise.resolve(1), "short", (text) => notes.push(text));
  vi.advanceTimersByTime(60_000);
  expect(notes).toHaveLength(3);
});
