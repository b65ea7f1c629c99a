import { generateX25519Identity } from "age-encryption";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBech32 } from "../../../../src/vault/age/bech32.ts";

test.each([
  // BIP 173, 2026-11-30: valid ones
  "A12UEL5L",
  "a12uel5l",
  "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
  "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
  "?1ezyfcl",
])("reads the valid text of BIP 173 %s", (text) => {
  expect(decodeBech32(text)).toBeDefined();
});

test.each([
  ["a character outside of the range", "\u{20}1nwldj5"],
  ["no separator", "pzry9x0s0muk"],
  ["an empty prefix", "1pzry9x0s0muk"],
  ["another letter", "x1b4n0q5v"],
  ["a short checksum", "li1dgmt3"],
  ["a checksum of upper case letters", "A1G7SGD8"],
  ["two cases", "A12uEL5L"],
  ["nothing", ""],
])("refuses the invalid text of BIP 173 with %s", (_, text) => {
  expect(decodeBech32(text)).toBeUndefined();
});

test("an identity of the age package is read, and with any one letter changed it isn't", async () => {
  const identity = await generateX25519Identity();
  expect(decodeBech32(identity)).toMatchObject({ prefix: "AGE-SECRET-KEY-" });
  expect(decodeBech32(identity)?.bytes).toHaveLength(32);
  const letters = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
  fc.assert(
    fc.property(
      fc.integer({ min: "AGE-SECRET-KEY-1".length, max: identity.length - 1 }),
      fc.integer({ min: 0, max: 31 }),
      (at, letter) => {
        const changed = identity.slice(0, at) + letters.charAt(letter) + identity.slice(at + 1);
        expect(decodeBech32(changed) === undefined).toBe(changed !== identity);
      },
    ),
  );
});
