import { join } from "node:path";
import { expect, test } from "vitest";
import { openGitCache } from "../../../src/git-cache/git-cache.ts";
import type { PushInquiry } from "../../../src/git-cache/inspect-push.ts";
import type { Upstream } from "../../../src/git-cache/upstream.ts";
import {
  makeCommits,
  makePack,
  makeRepository,
  makeTemporaryFolder,
  type TestCommit,
  toPieces,
  toUpstream,
} from "../../support/git-repositories.ts";

test("a commit on top of the branch is proven by the pack alone, without a request", async () => {
  await using folder = await makeTemporaryFolder("vbx-cache");
  const { repository, ids, upstream } = await makeHistory(folder.path, 3, ["refs/heads/main", 2]);
  await using push = await openPush(folder.path, upstream);
  const pack = await makePack(repository, { include: [ids[2]!], exclude: [ids[1]!] });
  expect(await push.receive(toPieces(pack))).toMatchObject({ type: "taken", bytes: pack.length });
  expect(await push.isFastForward(ids[1]!, ids[2]!)).toBe(true);
  expect(await push.isCommit(ids[2]!)).toBe(true);
  expect(upstream.asked).toEqual({ histories: 0, trees: 0 });
});

test("a rewritten branch is no fast-forward, and neither is a branch that goes back", async () => {
  await using folder = await makeTemporaryFolder("vbx-cache");
  const { repository, ids, upstream } = await makeHistory(folder.path, 5, ["refs/heads/main", 4]);
  const [other] = await makeCommits(repository, [{ parents: [ids[1]!], files: { other: "x" } }]);
  await using push = await openPush(folder.path, upstream);
  const pack = await makePack(repository, { include: [other!], exclude: [ids[3]!] });
  await push.receive(toPieces(pack));
  expect(await push.isFastForward(ids[3]!, other!)).toBe(false);
  expect(await push.isFastForward(ids[3]!, ids[1]!)).toBe(false);
  expect(await push.isFastForward(ids[0]!, other!)).toBe(true);
  expect(upstream.asked.histories).toBe(1);
});

function openPush(folder: string, upstream: Upstream): Promise<PushInquiry> {
  return openGitCache(join(folder, "cache")).open({
    origin: "https://git.example.com:443",
    repository: "/acme/widgets.git",
    objectFormat: "sha1",
    maxPackBytes: 10_000_000,
    checksObjects: true,
    upstream,
  });
}

async function makeHistory(folder: string, length: number, [ref, at]: [string, number]) {
  const repository = await makeRepository(join(folder, "upstream.git"));
  const commits: TestCommit[] = Array.from({ length }, (_, index) => ({
    parents: index === 0 ? [] : [`:${index}`],
    files: { [`file-${index}`]: String(index) },
  }));
  const ids = await makeCommits(repository, commits);
  await repository.git(["update-ref", ref, ids[at - 1]!]);
  return { repository, ids, upstream: toUpstream(repository) };
}
