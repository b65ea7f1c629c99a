import { describe, expect, test } from "vitest";
import {
  createPlaceholder,
  looksLikePlaceholder,
  minimumLength,
} from "../../../src/credential/placeholder.ts";

const patterns = {
  alphanumeric: /^[A-Za-z0-9]+$/,
  hex: /^[0-9a-f]+$/,
  base64url: /^[\w-]+$/,
  digits: /^[0-9]+$/,
} as const;
const alphabets = ["alphanumeric", "hex", "base64url", "digits"] as const;

describe("a placeholder", () => {
  test.each(alphabets)("of %s has the vendor's prefix, length, alphabet and suffix", (alphabet) => {
    const length = minimumLength(alphabet) + 7;
    const placeholder = createPlaceholder({ prefix: "sk-ant-", length, alphabet, suffix: "AA" });
    expect(placeholder).toHaveLength(length + 9);
    expect(placeholder.slice(0, 7)).toBe("sk-ant-");
    expect(placeholder.slice(-2)).toBe("AA");
    expect(placeholder.slice(7, -2)).toMatch(patterns[alphabet]);
    expect(looksLikePlaceholder(`Bearer ${placeholder}`)).toBe(true);
  });

  test.each(alphabets)("of %s is refused a form without room for 96 random bits", (alphabet) => {
    const length = minimumLength(alphabet) - 1;
    expect(() => createPlaceholder({ prefix: "", length, alphabet })).toThrow(RangeError);
  });

  test.each(alphabets)("of %s is never made twice and never part of another", (alphabet) => {
    const form = { prefix: "p", length: minimumLength(alphabet), alphabet };
    const made = Array.from({ length: 2000 }, () => createPlaceholder(form));
    expect(new Set(made).size).toBe(made.length);
  });

  test("isn't seen in ordinary text", () => {
    expect(looksLikePlaceholder("Bearer sk-ant-api03-abcdef0123456789")).toBe(false);
  });
});
