import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { makeInspectionWorld } from "./inspection-world.ts";

test("of many pushes at the same time a few hold the upstream's refs, and the others wait for them", async () => {
  await using world = await makeInspectionWorld();
  const pushes = Array.from({ length: 40 }, () => world.open());
  const seen = new Set<number>();
  for (const [index, push] of pushes.entries()) {
    void push.then(async (inspection) => {
      await inspection.upstreamRefs();
      seen.add(index);
    });
  }
  await expect.poll(() => seen.size, { timeout: 20_000 }).toBe(16);
  await sleep(200);
  expect(seen.size).toBe(16);
  // Each that ends lets the next one in, and ending twice lets in no second one
  const first = await pushes[0]!;
  await first[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  await expect.poll(() => seen.size, { timeout: 20_000 }).toBe(17);
  await sleep(200);
  expect(seen.size).toBe(17);
  for (const [index, push] of pushes.entries()) {
    await expect.poll(() => seen.has(index), { timeout: 20_000 }).toBe(true);
    await (await push)[Symbol.asyncDispose]();
  }
});
