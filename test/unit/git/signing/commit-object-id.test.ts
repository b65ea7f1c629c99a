import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readCommitList } from "../../../../src/git/signing/commit-object-id.ts";

const parent = "b".repeat(40);

function entry(content: string, id?: string, type = "commit"): string {
  const own = createHash("sha1").update(`commit ${content.length}\0${content}`).digest("hex");
  return `${id ?? own} ${type} ${content.length}\n${content}\n`;
}

const plain = `tree ${"a".repeat(40)}\nparent ${parent}\nauthor x\n\nparent ${"c".repeat(40)}\n`;

test("a commit is listed under the id of its bytes, with the parents of its header", () => {
  const [commit] = readCommitList(Buffer.from(entry(plain)));
  expect(commit?.parents).toEqual([parent]);
  const [claimed] = readCommitList(Buffer.from(entry(plain, "d".repeat(40))));
  expect(claimed).toEqual(commit);
  const [sha256] = readCommitList(Buffer.from(entry(plain, "d".repeat(64))));
  expect(sha256?.id).toHaveLength(64);
});

describe("a list", () => {
  const whole = entry(plain);

  test("has what is whole", () => {
    expect(readCommitList(Buffer.from(whole + whole))).toHaveLength(2);
  });

  test.each([
    ["something is missing", `${parent} missing\n`],
    ["something is no commit", entry(plain, parent, "tree")],
    ["it's cut", entry(plain).slice(0, -10)],
    ["something is shorter than it says", entry(plain).replace(/commit \d+/, "commit 99999999")],
    ["it has no line", "x".repeat(1000)],
  ])("ends where %s", (_, tail) => {
    expect(readCommitList(Buffer.from(whole + tail))).toHaveLength(1);
  });
});
