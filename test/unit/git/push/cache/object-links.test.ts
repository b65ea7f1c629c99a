import { expect, test } from "vitest";
import { parseCommitLinks, parseTagLink } from "../../../../../src/git/push/cache/object-links.ts";

const tree = "a".repeat(40);
const one = "1".repeat(40);
const two = "2".repeat(40);
const rest = "author A <a@example.com> 1 +0000\ncommitter A <a@example.com> 1 +0000\n";

test("a commit's tree and parents are read in their order", () => {
  const text = `tree ${tree}\nparent ${one}\nparent ${two}\n${rest}\nm`;
  expect(parseCommitLinks(Buffer.from(text), "sha1")).toEqual({ tree, parents: [one, two] });
});

test("a line that looks like a parent further down is none", () => {
  const text = `tree ${tree}\n${rest}parent ${one}\n\nparent ${two}\n`;
  expect(parseCommitLinks(Buffer.from(text), "sha1")).toEqual({ tree, parents: [] });
});

test("ids of the other object format are not understood", () => {
  const text = `tree ${tree}\n${rest}`;
  expect(parseCommitLinks(Buffer.from(text), "sha256")).toBeUndefined();
  const long = `tree ${"b".repeat(64)}\nparent ${"c".repeat(64)}\n${rest}`;
  expect(parseCommitLinks(Buffer.from(long), "sha256")?.parents).toEqual(["c".repeat(64)]);
  expect(parseCommitLinks(Buffer.from(long), "sha1")).toBeUndefined();
});

for (const text of [
  "",
  `tree ${tree}`,
  `tree ${tree}\n`,
  `tree ${tree}\nparent ${one}\n`,
  `tree ${tree}\nparent ${one}\nparent 22`,
  `tree ${tree}\nparent ${one.slice(1)}\n${rest}`,
  `tree ${tree}\nparent  ${one}\n${rest}`,
  `tree ${tree}\nparents ${one}\n${rest}`,
  `tree ${tree}\nparent ${one}x\n${rest}`,
  `tree ${tree}\nparent ${"A".repeat(40)}\n${rest}`,
  `tree ${tree}\n\nparent ${one}\n${rest}`,
  `parent ${one}\ntree ${tree}\n${rest}`,
]) {
  test(`${JSON.stringify(text).slice(0, 60)} is no commit, so nothing is concluded from it`, () => {
    expect(parseCommitLinks(Buffer.from(text), "sha1")).toBeUndefined();
  });
}

test("a tag says what it points to, and of which type that is", () => {
  const text = `object ${one}\ntype commit\ntag v1\n`;
  expect(parseTagLink(Buffer.from(text), "sha1")).toEqual({ target: one, type: "commit" });
  expect(parseTagLink(Buffer.from(text), "sha256")).toBeUndefined();
  expect(parseTagLink(Buffer.from(`object ${one}\ntype other\n`), "sha1")).toBeUndefined();
  expect(parseTagLink(Buffer.from(`type commit\nobject ${one}\n`), "sha1")).toBeUndefined();
});
