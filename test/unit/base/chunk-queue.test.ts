import fc from "fast-check";
import { expect, test } from "vitest";
import { ChunkQueue } from "../../../src/base/chunk-queue.ts";

test("what comes out is what went in, in order, whatever is put back between", () => {
  const step = fc.oneof(
    fc.record({ push: fc.uint8Array({ maxLength: 9000 }) }),
    fc.record({ unshift: fc.uint8Array({ maxLength: 20 }) }),
    fc.constant("shift" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new ChunkQueue();
      let model = Buffer.alloc(0);
      for (const one of steps) {
        if (one === "shift") {
          const chunk = queue.shift() ?? Buffer.alloc(0);
          expect(model.subarray(0, chunk.length).equals(chunk)).toBe(true);
          model = model.subarray(chunk.length);
        } else if ("push" in one) {
          queue.push(Buffer.from(one.push));
          model = Buffer.concat([model, one.push]);
        } else {
          queue.unshift(Buffer.from(one.unshift));
          model = Buffer.concat([one.unshift, model]);
        }
        expect(queue.size).toBe(model.length);
      }
      expect(queue.takeAll().equals(model)).toBe(true);
      expect(queue.size).toBe(0);
    }),
  );
});

test("a quarter of a million pieces of one byte are a few chunks, and not as many", () => {
  const queue = new ChunkQueue();
  const pieces = 262_144;
  for (let count = 0; count < pieces; count += 1) queue.push(Buffer.from([count & 0xff]));
  let chunks = 0;
  while (queue.shift() !== undefined) chunks += 1;
  // The first piece stays by itself
  expect(chunks).toBeLessThanOrEqual(1 + pieces / 16_384);
  const control: Buffer[] = [];
  for (let count = 0; count < 1000; count += 1) control.push(Buffer.from([count & 0xff]));
  expect(control.length).toBe(1000);
});
