import { expect, test } from "vitest";
import { peelTag, walkCommits } from "../../../../../src/git/push/cache/commit-walk.ts";

const contents = {
  commits: new Map([
    ["d", { tree: "t", parents: ["c", "b"] }],
    ["c", { tree: "t", parents: ["a"] }],
    ["b", { tree: "t", parents: ["a", "outside"] }],
    ["a", { tree: "t", parents: [] }],
  ]),
  tags: new Map([
    ["v1", { target: "d", type: "commit" }],
    ["vv1", { target: "v1", type: "tag" }],
    ["text", { target: "elsewhere", type: "blob" }],
  ]),
};

test("every parent is followed to what isn't in the pack", () => {
  const walk = walkCommits(contents, ["d"]);
  expect([...walk.commits].sort()).toEqual(["a", "b", "c", "d"]);
  expect([...walk.boundary]).toEqual(["outside"]);
});

test("the walk stops at what is known, though the pack has it", () => {
  const walk = walkCommits(contents, ["d"], (oid) => oid === "c" || oid === "b");
  expect([...walk.commits]).toEqual(["d"]);
  expect([...walk.boundary].sort()).toEqual(["b", "c"]);
});

test("a tip that isn't in the pack is all that there is of it", () => {
  const walk = walkCommits(contents, ["x"]);
  expect(walk.commits.size).toBe(0);
  expect([...walk.boundary]).toEqual(["x"]);
});

test("a hundred thousand commits in a row don't overflow anything", () => {
  const commits = new Map(
    Array.from({ length: 100_000 }, (_, index) => [
      String(index),
      { tree: "t", parents: [String(index + 1)] },
    ]),
  );
  const walk = walkCommits({ commits, tags: new Map() }, ["0"]);
  expect(walk.commits.size).toBe(100_000);
  expect([...walk.boundary]).toEqual(["100000"]);
});

test("tags of tags are followed to what they are about", () => {
  expect(peelTag(contents, "vv1")).toEqual({ oid: "d", type: "commit" });
  expect(peelTag(contents, "text")).toEqual({ oid: "elsewhere", type: "blob" });
  expect(peelTag(contents, "a")).toEqual({ oid: "a", type: "commit" });
  expect(peelTag(contents, "x")).toEqual({ oid: "x", type: undefined });
});
