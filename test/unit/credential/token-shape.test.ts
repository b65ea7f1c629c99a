import { describe, expect, test } from "vitest";
import { findSecret } from "../../../src/workspace/hide/secret-forms.ts";
import type { Word } from "../../../src/workspace/hide/words.ts";
import { holdsVendorToken } from "../../../src/credential/token-shape.ts";

test("a header of nothing but beginnings of tokens costs no more than a few looks at each of its characters", () => {
  const started = process.cpuUsage();
  for (let count = 0; count < 20; count += 1) {
    expect(holdsVendorToken("eyJ-".repeat(15_500))).toBe(false);
  }
  const { user } = process.cpuUsage(started);
  // The quadratic expression took two seconds for one of them
  expect(user / 1000).toBeLessThan(4000);
});

describe("a JSON Web Token is known", () => {
  const token = `eyJ${"a".repeat(30)}.eyJ${"b".repeat(30)}.${"c".repeat(43)}`;

  test.each([token, `Bearer ${token}`, `x-${token}`, `a=${token};`])("in %s", (text) => {
    expect(holdsVendorToken(text)).toBe(true);
  });

  test("and its head alone isn't", () => {
    expect(holdsVendorToken("eyJhbGciOiJIUzI1NiJ9 only")).toBe(false);
  });
});

const noWords = { words: [], isReference: () => false };

/** One of each form, as vendors issue them. */
const tokens = [
  `ghp_${"aB3".repeat(12)}`,
  `github_pat_${"aB3".repeat(20)}`,
  `glpat-${"aB3_".repeat(5)}`,
  `sk-ant-api03-${"aB3_".repeat(20)}`,
  `sk-proj-${"aB3-".repeat(10)}`,
  `sk-${"aB3".repeat(16)}`,
  `xoxb-${"123-".repeat(8)}`,
  `xapp-1-A${"0B1".repeat(3)}-1`,
  `sk_live_${"aB3".repeat(8)}`,
  `npm_${"aB3".repeat(12)}`,
  `pypi-${"aB3-".repeat(30)}`,
  `hf_${"aB3".repeat(12)}`,
  `SG.${"aB3-".repeat(5)}ab.${"aB3-".repeat(10)}`,
  `AIza${"aB3-".repeat(8)}abc`,
  `ya29.${"aB3-".repeat(20)}`,
  `AKIA${"A2B3".repeat(4)}`,
  `bot123456789:${"aB3-".repeat(8)}abc`,
  `ATATT3${"aB3-".repeat(20)}`,
  `ATBB${"aB3".repeat(10)}`,
  `dckr_pat_${"aB3-".repeat(6)}`,
  `dop_v1_${"a1b2".repeat(16)}`,
  `eyJ${"a".repeat(30)}.eyJ${"b".repeat(30)}.${"c".repeat(43)}`,
];

test.each(tokens)("the token %s is refused in a request and hidden in a text alike", (token) => {
  expect(holdsVendorToken(`x=${token}`)).toBe(true);
  const word = { text: token, literalFrom: undefined } as Word;
  expect(findSecret(word, noWords)).toBe(0);
});

test.each(["sk-learn-how-to-write-tests", "glossary-of-all-the-terms", "ATTENTION"])(
  "%s only begins like a token (control)",
  (text) => {
    expect(holdsVendorToken(text)).toBe(false);
  },
);
