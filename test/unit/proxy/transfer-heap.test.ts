import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const module = join(import.meta.dirname, "../../../src/proxy/transfer-heap.ts");

interface Seen {
  /** How often V8 began to mark all of its heap */
  readonly marked: number;
  /** The most that buffers took at one time, and the young generation, in megabytes */
  readonly buffers: number;
  readonly young: number;
  readonly exposed: string;
}

/**
 * First buffers of 400 MB in all, as short-lived as pieces of a body, beside a heap of some MB; then objects of which many
 * outlive a collection, as with many requests at one time.
 */
const script = `
  const { TransferHeap } = await import(process.argv[1]);
  const transfers = process.argv[2] === "fit" ? new TransferHeap() : { arrived: () => {} };
  const { PerformanceObserver, constants } = await import("node:perf_hooks");
  const { getHeapSpaceStatistics } = await import("node:v8");
  let marked = 0;
  const count = (list) => {
    for (const { detail } of list.getEntries()) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_INCREMENTAL) marked += 1;
    }
  };
  new PerformanceObserver(count).observe({ entryTypes: ["gc"] });
  const heap = Array.from({ length: 100_000 }, (_, index) => ({ index }));
  let buffers = 0;
  for (let turn = 0; turn < 2_500; turn += 1) {
    for (let piece = 0; piece < 10; piece += 1) {
      new Uint8Array(16_384).fill(1);
      transfers.arrived(16_384);
    }
    buffers = Math.max(buffers, process.memoryUsage().arrayBuffers);
    await new Promise(setImmediate);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  let kept = heap.slice(0, 0);
  let young = 0;
  for (let turn = 0; turn < 2_000; turn += 1) {
    for (let index = 0; index < 2_000; index += 1) kept.push({ index, kept: [index] });
    if (kept.length > 100_000) kept = [];
    transfers.arrived(100_000);
    const space = getHeapSpaceStatistics().find((one) => one.space_name === "new_space");
    young = Math.max(young, space.space_size);
  }
  const toMb = (bytes) => bytes / 1024 / 1024;
  const exposed = typeof globalThis.gc;
  console.log(JSON.stringify({ marked, buffers: toMb(buffers), young: toMb(young), exposed }));`;

async function watch(how: "fit" | "plain"): Promise<Seen> {
  const args = ["--input-type=module", "-e", script, module, how];
  return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout) as Seen;
}

test("a transfer doesn't make V8 mark all of its heap, hold many buffers or a large young generation, as it does by itself", async () => {
  const [fit, plain] = await Promise.all([watch("fit"), watch("plain")]);
  expect(plain.marked).toBeGreaterThan(0);
  expect(fit.marked).toBe(0);
  expect(plain.buffers).toBeGreaterThan(40);
  expect(fit.buffers).toBeLessThan(30);
  expect(plain.young).toBeGreaterThan(30);
  expect(fit.young).toBeLessThan(12);
  // It isn't held where it was at first either: there it would be collected all the time
  expect(fit.young).toBeGreaterThan(3);
  expect(fit.exposed).toBe("undefined");
});
