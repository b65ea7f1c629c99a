import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { splitFrames } from "../../../src/engine/frame-splitter.ts";

interface Frame {
  readonly stream: 1 | 2;
  readonly content: Uint8Array;
}

function toFrame({ stream, content }: Frame): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

function cut(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let rest = bytes;
  for (let index = 0; rest.length > 0; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
  return chunks;
}

function joined(frames: readonly Frame[], stream: 1 | 2): Buffer {
  return Buffer.concat(frames.filter((frame) => frame.stream === stream).map((f) => f.content));
}

const frame = fc.record({
  stream: fc.constantFrom(1 as const, 2 as const),
  content: fc.uint8Array({ maxLength: 300 }),
});

test("Both outputs come out whole, however the frames are cut on the way", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 8 }),
      async (frames, sizes) => {
        const chunks = [...cut(Buffer.concat(frames.map(toFrame)), sizes)];
        const source = new Duplex({
          read() {
            this.push(chunks.shift() ?? null);
          },
        });
        const { stdout, stderr } = splitFrames(source as Socket);
        const [out, err] = await Promise.all([buffer(stdout), buffer(stderr)]);
        expect(out.equals(joined(frames, 1))).toBe(true);
        expect(err.equals(joined(frames, 2))).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test("An output that nobody wants any more doesn't stop the other one", async () => {
  const big = new Uint8Array(200_000);
  const frames: readonly Frame[] = [
    { stream: 2, content: big },
    { stream: 1, content: Buffer.from("still here") },
  ];
  const chunks = [Buffer.concat(frames.map(toFrame))];
  const source = new Duplex({
    read() {
      this.push(chunks.shift() ?? null);
    },
  });
  const { stdout, stderr } = splitFrames(source as Socket);
  setTimeout(() => stderr.destroy(), 20);
  expect((await buffer(stdout)).toString()).toBe("still here");
});
