import fc from "fast-check";
import { expect, test } from "vitest";
import { findRefNameFault } from "../../../../src/git/wire/ref-name.ts";

test.each([
  "refs/heads/main",
  "refs/heads/agent/x",
  "refs/tags/v1.0",
  "refs/for/main",
  "refs/heads/größe/日本",
  "refs/heads/@",
  "refs/heads/a@b{c}",
  "refs/heads/a-b--c",
  "refs/heads/a,b;c'd\"$(e)",
])("%s may be written", (name) => {
  expect(findRefNameFault(name)).toBeUndefined();
});

test.each([
  "",
  "main",
  "HEAD",
  "refs",
  "refs/",
  "refs/stash",
  "heads/main",
  "/refs/heads/main",
  "refs//heads/main",
  "refs/heads/",
  "refs/heads/main/",
  "refs/heads/../x",
  "refs/heads/..",
  "refs/heads/./x",
  "refs/heads/.x",
  "refs/heads/a..b",
  "refs/heads/x.",
  "refs/heads/x.lock",
  "refs/heads/x.lock/y",
  "refs/heads/--mirror",
  "refs/heads/-x",
  "refs/-/x",
  "refs/heads/x@{1}",
  "refs/heads/a b",
  "refs/heads/a~1",
  "refs/heads/a^{}",
  "refs/heads/a:b",
  "refs/heads/a?",
  "refs/heads/*",
  "refs/heads/a[b",
  "refs/heads/a\\b",
  "refs/heads/a\0b",
  "refs/heads/a\nb",
  "refs/heads/a\u007f",
  "refs/heads/\u001b[31m",
  "refs/heads/\u202emain",
  "refs/heads/ma\u200bin",
  "refs/heads/\ud800",
  "Refs/heads/main",
  `refs/heads/${"a".repeat(1100)}`,
])("%j is refused, with a printable reason", (name) => {
  expect(findRefNameFault(name)).toMatch(/^[ -~]+$/);
});

test("no name that passes holds what a pattern, a path or an option would read otherwise", () => {
  const near = fc.string({
    unit: fc.constantFrom("a", "b", ".", "/", "-", "@", "{", "\\", "*", "~", "\0", " ", ".lock"),
    maxLength: 12,
  });
  fc.assert(
    fc.property(near, (text) => {
      const name = `refs/heads/${text}`;
      if (findRefNameFault(name) !== undefined) return;
      expect(name).not.toMatch(/\.\.|\/\/|\/-|\/\.|\/$|\.lock(?:\/|$)|[\\*~\0 ]|@\{/);
    }),
    { numRuns: 5_000 },
  );
});
