import fc from "fast-check";
import { expect, test } from "vitest";
import { answerDns as answerAs } from "../../../src/relay/dns-answer.ts";

const answerDns = (query: Buffer) => answerAs(query, "127.3.1.28");

function question(name: string, type: number, options: { opcode?: number; id?: number } = {}) {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(options.id ?? 0x1234, 0);
  header.writeUInt16BE(((options.opcode ?? 0) << 11) | 0x0100, 2);
  header.writeUInt16BE(1, 4);
  const labels = name === "" ? [] : name.split(".");
  const encoded = labels.map((label) =>
    Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]),
  );
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(type, 1);
  tail.writeUInt16BE(1, 3);
  return Buffer.concat([header, ...encoded, tail]);
}

test.each(["example.com", "localhost.example.com", "notlocalhost", "a.b.c.d.e", "x", ""])(
  "every A question is answered with the relay's loopback address: %j",
  (name) => {
    const answer = answerDns(question(name, 1));
    expect(answer?.readUInt16BE(0)).toBe(0x1234);
    expect(answer?.readUInt16BE(6)).toBe(1);
    expect([...(answer?.subarray(-4) ?? [])]).toEqual([127, 3, 1, 28]);
    expect((answer?.readUInt16BE(2) ?? 0) & 0x800f).toBe(0x8000);
  },
);

test.each(["localhost", "app.localhost", "LOCALHOST", "a.b.LocalHost", "sandbox"])(
  "names of the sandbox itself have the address of its own servers: %j",
  (name) => {
    const answer = answerDns(question(name, 1));
    expect([...(answer?.subarray(-4) ?? [])], name).toEqual([127, 0, 0, 1]);
  },
);

test.each([28, 16, 15, 12, 65, 255])(
  "other types exist without data, so that a client which asks AAAA first goes on to A: %j",
  (type) => {
    const answer = answerDns(question("example.com", type));
    expect(answer?.readUInt16BE(6)).toBe(0);
    expect((answer?.readUInt16BE(2) ?? 0) & 0xf).toBe(0);
  },
);

test("an operation other than a query is not implemented", () => {
  expect((answerDns(question("example.com", 1, { opcode: 5 }))?.readUInt16BE(2) ?? 0) & 0xf).toBe(
    4,
  );
});

test("a question with an additional record (EDNS) is answered", () => {
  const query = Buffer.concat([
    question("example.com", 1),
    Buffer.from("0000290200000000000000", "hex"),
  ]);
  query.writeUInt16BE(1, 10);
  expect(answerDns(query)?.readUInt16BE(6)).toBe(1);
});

test("malformed messages are ignored", () => {
  const good = question("example.com", 1);
  const response = Buffer.from(good);
  response.writeUInt16BE(0x8100, 2);
  const twoQuestions = Buffer.from(good);
  twoQuestions.writeUInt16BE(2, 4);
  const pointer = Buffer.concat([good.subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])]);
  const longName = question(Array.from({ length: 10 }, () => "a".repeat(60)).join("."), 1);
  for (const bad of [
    response,
    twoQuestions,
    pointer,
    longName,
    good.subarray(0, 11),
    good.subarray(0, -1),
  ]) {
    expect(answerDns(bad)).toBeUndefined();
  }
});

test("arbitrary bytes never throw and never make an answer longer than the question and one record", () => {
  const law = fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
    const answer = answerDns(Buffer.from(bytes));
    return answer === undefined || answer.length <= bytes.length + 16;
  });
  expect(() => fc.assert(law, { numRuns: 5000 })).not.toThrow();
});
