import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { openSemaphore } from "../../../src/base/semaphore.ts";

test("so many are inside at a time, the others wait in their order", async () => {
  const enter = openSemaphore(2);
  const inside: number[] = [];
  const leaves: (() => void)[] = [];
  const entries = [0, 1, 2, 3].map(async (index) => {
    leaves[index] = await enter();
    inside.push(index);
  });
  await turn();
  expect(inside).toEqual([0, 1]);
  leaves[1]!();
  // Twice is once
  leaves[1]!();
  await turn();
  expect(inside).toEqual([0, 1, 2]);
  leaves[0]!();
  await Promise.all(entries);
  expect(inside).toEqual([0, 1, 2, 3]);
  leaves[2]!();
  leaves[3]!();
  const again = await Promise.all([enter(), enter()]);
  expect(again).toHaveLength(2);
});
