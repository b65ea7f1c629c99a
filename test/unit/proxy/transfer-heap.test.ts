import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const module = join(import.meta.dirname, "../../../src/proxy/transfer-heap.ts");

/** Buffers of 400 MB in all, as short-lived as pieces of a body, beside a heap of some MB: how often V8 began to mark all of it. */
const script = `
  const { fitHeapForTransfers } = await import(process.argv[1]);
  if (process.argv[2] === "fit") fitHeapForTransfers();
  const heap = Array.from({ length: 100_000 }, (_, index) => ({ index }));
  let marked = 0;
  const { PerformanceObserver, constants } = await import("node:perf_hooks");
  const count = (list) => {
    for (const { detail } of list.getEntries()) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_INCREMENTAL) marked += 1;
    }
  };
  new PerformanceObserver(count).observe({ entryTypes: ["gc"] });
  for (let turn = 0; turn < 2_500; turn += 1) {
    for (let piece = 0; piece < 10; piece += 1) new Uint8Array(16_384).fill(1);
    await new Promise(setImmediate);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(marked + heap.length - 100_000);`;

async function countMarkings(how: "fit" | "plain"): Promise<number> {
  const args = ["--input-type=module", "-e", script, module, how];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
}

test("a transfer doesn't make V8 begin to mark all of its heap, as it does by itself", async () => {
  const [fit, plain] = await Promise.all([countMarkings("fit"), countMarkings("plain")]);
  expect(plain).toBeGreaterThan(0);
  expect(fit).toBe(0);
});
