import fc from "fast-check";
import { expect, test } from "vitest";
import {
  isNameUtf8,
  toNameBytes,
  toNameText,
  toWrittenName,
} from "../../../../src/base/fs/name-text.ts";

/** Bytes that are mostly near the edge of UTF-8. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: "binary", maxLength: 3 }).map((text) => Buffer.from(text)),
      fc.constantFrom(
        [0xef, 0xbf, 0xbd],
        [0xed, 0xa0, 0x80],
        [0xed, 0xb3, 0xa9],
        [0xe9],
        [0xf0, 0x9f],
      ),
    ),
  )
  .map((pieces) => Buffer.concat(pieces.map((piece) => Buffer.from(piece))));

test("every name comes back from its text with the bytes it had", () => {
  fc.assert(
    fc.property(bytes, (name) => {
      const text = toNameText(name);
      expect(Buffer.from(toNameBytes(text))).toEqual(name);
      // A record is JSON
      expect(JSON.parse(JSON.stringify(text))).toBe(text);
    }),
  );
});

test("two names of different bytes are different texts, also as written for others", () => {
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      fc.pre(!one.equals(other));
      const [a, b] = [toNameText(one), toNameText(other)];
      expect(a).not.toBe(b);
      expect(toWrittenName(a)).not.toBe(toWrittenName(b));
    }),
  );
});

test("what is written for others is UTF-8, and plain names are written as they are", () => {
  fc.assert(fc.property(bytes, (name) => isNameUtf8(toWrittenName(toNameText(name)))));
  expect(toWrittenName("naïve 🙂.txt")).toBe("naïve 🙂.txt");
  expect(toWrittenName(toNameText(Buffer.from([0x61, 0x5c, 0xe9])))).toBe(String.raw`a\\\xe9`);
});

test("a name that has the replacement character in it isn't taken for one that is no UTF-8", () => {
  expect(isNameUtf8(toNameText(Buffer.from("caf\ufffd")))).toBe(true);
  expect(toNameText(Buffer.from("caf\ufffd"))).not.toBe(
    toNameText(Buffer.from([0x63, 0x61, 0x66, 0xe9])),
  );
});
