import { expect, test } from "vitest";
import { once } from "../../../src/base/once.ts";

test("work that was done isn't done again, and who asks meanwhile waits for it", async () => {
  const release = Promise.withResolvers<void>();
  let runs = 0;
  const work = once(() => {
    runs += 1;
    return release.promise;
  });
  const both = Promise.all([work(), work()]);
  release.resolve();
  await both;
  await work();
  expect(runs).toBe(1);
});

test("work that failed is tried again", async () => {
  let runs = 0;
  const work = once(async () => {
    runs += 1;
    if (runs === 1) throw new Error("busy");
  });
  await expect(work()).rejects.toThrow("busy");
  await work();
  await work();
  expect(runs).toBe(2);
});
