import { readdir, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeCommits, makePack, toPieces } from "../../support/git-repositories.ts";
import { type InspectionWorld, makeInspectionWorld } from "./inspection-world.ts";

test("tags of commits, of tags, of trees and of blobs are no obstacle", async () => {
  await using world = await makeInspectionWorld();
  const { from, to, pack } = await makeRewrite(world);
  const { git } = world.upstream;
  await git(["tag", "-a", "-m", "t", "commit", from]);
  await git(["tag", "-a", "-m", "t", "tag", "commit"]);
  await git(["tag", "-a", "-m", "t", "tree", `${from}^{tree}`]);
  await git(["tag", "-a", "-m", "t", "blob", `${from}:a`]);
  await git(["tag", "plain-tree", `${from}^{tree}`]);
  await using push = await world.open();
  await push.receive(toPieces(pack));
  expect(await push.isFastForward(from, to)).toBe(false);
  expect(await push.findDeniedPath(to, () => false)).toBeUndefined();
});

test("pushes at the same time share a cache without harm", async () => {
  await using world = await makeInspectionWorld();
  const { from, to, base, pack } = await makeRewrite(world);
  const answers = await Promise.all(
    Array.from({ length: 4 }, async () => {
      await using push = await world.open();
      await push.receive(toPieces(pack));
      return [
        await push.isFastForward(from, to),
        await push.isFastForward(base, to),
        await push.isFastForward(base, from),
        await push.findDeniedPath(to, (path) => path === "a"),
      ];
    }),
  );
  expect(answers).toEqual(Array.from({ length: 4 }, () => [false, true, true, "a"]));
});

test("a damaged cache proves nothing: it is fetched again", async () => {
  await using world = await makeInspectionWorld();
  const { from, to, base, pack } = await makeRewrite(world);
  for (const fetches of [1, 2]) {
    await using push = await world.open();
    await push.receive(toPieces(pack));
    expect(await push.isFastForward(base, from)).toBe(true);
    expect(await push.isFastForward(from, to)).toBe(false);
    expect(world.tools.requests.filter(({ method }) => method === "POST")).toHaveLength(fetches);
    await damagePacks(world.cache);
    expect(await push.isFastForward(base, from).catch(() => false)).toBe(false);
  }
});

test("an upstream that leaves out a part of its history is not believed", async () => {
  await using world = await makeInspectionWorld();
  const { from, to, base, pack } = await makeRewrite(world);
  // It becomes a shallow repository: what it sends ends at its tip, and it says so
  await writeFile(join(world.upstream.folder, "shallow"), `${from}\n`);
  await using push = await world.open();
  await push.receive(toPieces(pack));
  await expect(push.isFastForward(base, from)).rejects.toThrow("it isn't complete");
  await expect(push.isFastForward(from, to)).rejects.toThrow("it isn't complete");
});

test("a repository that isn't there any more refuses what must be compared with it", async () => {
  await using world = await makeInspectionWorld();
  const { from, to, pack } = await makeRewrite(world);
  await using push = await world.open();
  await push.receive(toPieces(pack));
  await rename(world.upstream.folder, `${world.upstream.folder}-moved`);
  await expect(push.isFastForward(from, to)).rejects.toMatchObject({ status: 502 });
});

/** A branch at `from`, and a push of `to` that was built beside it, on `base`. */
async function makeRewrite(world: InspectionWorld) {
  const ids = await makeCommits(world.upstream, [
    { parents: [], files: { a: "1" } },
    { parents: [":1"], files: { a: "2" } },
    { parents: [":1"], files: { a: "3" } },
  ]);
  const [base, from, to] = ids as [string, string, string];
  await world.upstream.git(["update-ref", "refs/heads/main", from]);
  const pack = await makePack(world.upstream, { include: [to], exclude: [from] });
  return { base, from, to, pack };
}

async function damagePacks(cache: string): Promise<void> {
  for (const name of await readdir(cache, { recursive: true })) {
    if (name.endsWith(".pack")) await truncate(join(cache, name), 20);
  }
}
