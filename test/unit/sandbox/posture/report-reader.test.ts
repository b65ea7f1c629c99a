import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readReport } from "../../../../src/sandbox/posture/report-reader.ts";

const nonce = "00112233445566778899aabbccddeeff";

async function readInPieces(bytes: Buffer, cuts: readonly number[], tty: boolean) {
  const output = new PassThrough();
  const report = readReport(output, { nonce, tty });
  const rest = buffer(report.rest);
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    output.write(bytes.subarray(from, Math.max(cut, from)));
    from = Math.max(cut, from);
    await new Promise((resolve) => setImmediate(resolve));
  }
  output.end();
  return { lines: await report.lines, rest: await rest };
}

test.each([false, true])(
  "however the output is cut, the report is taken off and the rest arrives unchanged: %j",
  async (tty) => {
    const body = Buffer.from(`binary \0\xff vbx-${nonce} end\n go-${nonce}\r\n`, "latin1");

    const lineEnd = tty ? "\r\n" : "\n";
    const head = [`vbx-${nonce} begin`, "a 1", "b 2", `vbx-${nonce} end`, ""].join(lineEnd);
    const echo = tty ? `go-${nonce}\r\n` : "";
    const bytes = Buffer.concat([Buffer.from(head + echo), body]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 6 }), async (cuts) => {
        const { lines, rest } = await readInPieces(bytes, cuts, tty);
        expect(lines).toEqual(["a 1", "b 2"]);
        expect(rest.equals(body)).toBe(true);
      }),
      { numRuns: 60 },
    );
  },
);

test("an output that ends without a report, or never comes to one, is an error that quotes it safely", async () => {
  const output = new PassThrough();
  const { lines } = readReport(output, { nonce, tty: false });
  output.end("sh: \u001b[31mbroken");
  await expect(lines).rejects.toMatchObject({ code: "VBX_POSTURE_UNSAFE" });
  await expect(lines).rejects.toThrow("\\x1b[31mbroken");
  const endless = new PassThrough();
  const second = readReport(endless, { nonce, tty: false });
  endless.write(Buffer.alloc(2 * 1024 * 1024));
  await expect(second.lines).rejects.toMatchObject({ code: "VBX_POSTURE_UNSAFE" });
});
