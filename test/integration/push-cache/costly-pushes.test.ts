// Small packs that are costly to look at: each bounded, so that one push can't take the session from its user.
import { join } from "node:path";
import { expect, test } from "vitest";
import { openGitCache } from "../../../src/git/push/cache/git-cache.ts";
import { maxPackParents } from "../../../src/git/push/cache/limits.ts";
import { makeTemporaryFolder, toPieces } from "../../support/git-repositories.ts";
import {
  makeCommit,
  makeRawPack,
  makeTree,
  type PackEntry,
  toObjectId,
} from "../../support/hostile-packs.ts";
import { makeInspectionWorld } from "./inspection-world.ts";

const blob: PackEntry = { type: "blob", data: Buffer.from("b") };
const blobId = toObjectId("blob", blob.data);
const tree: PackEntry = { type: "tree", data: makeTree([["100644", "a", blobId]]) };
const treeId = toObjectId("tree", tree.data);

test("commits with very many parents are refused before they fill the memory", async () => {
  await using world = await makeInspectionWorld();
  const perCommit = 20_000;
  const pack = (commits: number): Buffer => {
    const parents = Array<string>(perCommit).fill("1".repeat(40));
    const entries = Array.from({ length: commits }, (_, index): PackEntry => ({
      type: "commit",
      data: makeCommit(treeId, parents, `m${index}`),
    }));
    return makeRawPack([blob, tree, ...entries]);
  };
  await using few = await world.open();
  await few.receive(toPieces(pack(2)));
  await using many = await world.open();
  const commits = maxPackParents / perCommit + 1;
  await expect(many.receive(toPieces(pack(commits)))).rejects.toThrow("parents");
});

test("merges of thousands of the upstream's commits don't stop everything else", async () => {
  await using world = await makeInspectionWorld();
  const count = 5000;
  const stream = Array.from(
    { length: count },
    (_, index) =>
      `commit refs/heads/main\ncommitter A <a@example.com> ${1_700_000_000 + index} +0000\ndata 0\n\n`,
  );
  await world.upstream.git(["fast-import", "--quiet"], stream.join(""));
  const upstream = (await world.upstream.git(["rev-list", "main"])).trim().split("\n");
  expect(upstream).toHaveLength(count);
  const entries: PackEntry[] = [];
  let tip = upstream[0]!;
  for (let index = 0; index < 20; index += 1) {
    const data = makeCommit(treeId, [tip, ...upstream], `m${index}`);
    entries.push({ type: "commit", data });
    tip = toObjectId("commit", data);
  }
  await using push = await world.open();
  await push.receive(toPieces(makeRawPack([blob, tree, ...entries])));
  const before = process.cpuUsage();
  await expect(push.findDeniedPath(tip, () => true)).rejects.toThrow("more than 64 commits");
  // Going through all pairs of parents takes twice that, in one piece; it's a second without
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(6);
});

test("all questions about one push together have a time limit", async () => {
  await using folder = await makeTemporaryFolder("vbx-costly");
  const cache = openGitCache(join(folder.path, "cache"));
  const open = (patienceMs?: number) =>
    cache.open({
      origin: "https://git.example.com:443",
      path: "/acme/widgets.git",
      objectFormat: "sha1",
      maxPackBytes: 1e6,
      checksObjects: true,
      upstream: {
        refs: () => Promise.resolve(new Map()),
        fetchHistory: () => Promise.reject(new Error("not asked")),
        fetchTrees: () => Promise.reject(new Error("not asked")),
      },
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
  const small = makeBomb(3);
  await using unlimited = open();
  await unlimited.receive(toPieces(small.pack));
  const none = await unlimited.findDeniedPath(small.tip, () => false);
  expect(none).toBeUndefined();
  const { tip, pack } = makeBomb(12);
  await using inquiry = open(500);
  await inquiry.receive(toPieces(pack));
  for (let question = 0; question < 3; question += 1) {
    const answer = inquiry.findDeniedPath(tip, () => false);
    await expect(answer).rejects.toThrow("it takes too long");
  }
});

/** A commit whose tree has ten to the power of `depth` files, in a pack of some hundred bytes. */
function makeBomb(depth: number): { readonly tip: string; readonly pack: Buffer } {
  const entries: PackEntry[] = [blob];
  let below: readonly [mode: string, oid: string] = ["100644", blobId];
  for (let level = 0; level < depth; level += 1) {
    const [mode, oid] = below;
    const names = Array.from({ length: 10 }, (_, index) => [mode, `f${index}`, oid] as const);
    const data = makeTree(names);
    entries.push({ type: "tree", data });
    below = ["40000", toObjectId("tree", data)];
  }
  const data = makeCommit(below[1], []);
  return {
    tip: toObjectId("commit", data),
    pack: makeRawPack([...entries, { type: "commit", data }]),
  };
}
