import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { makeBareRepository } from "../../../src/git/push/cache/bare-repository.ts";
import { findGit } from "../../../src/git/push/cache/git-program.ts";
import { readGit, startGit } from "../../../src/git/push/cache/git-process.ts";
import { maxGitCpuSeconds, maxGitMemoryBytes } from "../../../src/git/push/cache/limits.ts";
import { takeInPack } from "../../../src/git/push/cache/pack-intake.ts";
import { makeTemporaryFolder, toPieces } from "../../support/git-repositories.ts";
import { makeRawPack } from "../../support/hostile-packs.ts";

const pack = makeRawPack([{ type: "blob", data: Buffer.from("hello") }]);
const header = pack.subarray(0, 12);

test("git gets an environment of ours alone, and starts in its own repository", async () => {
  await using place = await makePlace(
    "env > env.txt; pwd >> env.txt; ulimit -t >> env.txt; ulimit -v >> env.txt",
  );
  await readGit({ ...place, args: ["version"], timeoutMs: 10_000, alternates: ['/a:"b', "/c"] });
  const lines = (await readFile(join(place.repository, "env.txt"), "utf8")).trim().split("\n");
  const names = lines.map((line) => line.split("=")[0]).filter((name) => /^[A-Z_]+$/.test(name!));
  // What a shell sets by itself
  const own = names.filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name!));
  expect(new Set(own)).toEqual(
    new Set([
      "GIT_ALTERNATE_OBJECT_DIRECTORIES",
      "GIT_ATTR_NOSYSTEM",
      "GIT_CONFIG_GLOBAL",
      "GIT_CONFIG_NOSYSTEM",
      "GIT_DIR",
      "GIT_NO_LAZY_FETCH",
      "GIT_NO_REPLACE_OBJECTS",
      "GIT_OPTIONAL_LOCKS",
      "GIT_TERMINAL_PROMPT",
      "LC_ALL",
      "PATH",
    ]),
  );
  expect(lines).toContain('GIT_ALTERNATE_OBJECT_DIRECTORIES="/a:\\"b":"/c"');
  expect(lines).toContain(place.repository);
  if (process.platform !== "linux") return;
  expect(lines.slice(-2)).toEqual([String(maxGitCpuSeconds), String(maxGitMemoryBytes / 1024)]);
});

test("a git that stops reading is ended in time, and the pack refused", async () => {
  await using place = await makePlace("exec sleep 60");
  const source = { next: endless(), maxBytes: 1e9, checksObjects: false, patienceMs: 200 };
  const startedAt = performance.now();
  expect(await takeInPack(place, source)).toEqual({
    type: "refused",
    why: "it takes too long to check",
  });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test("a client that is slow uses up none of git's time", async () => {
  await using place = await makePlace();
  const pieces = toPieces(pack, 5);
  const next = async (): Promise<Buffer | undefined> => {
    await sleep(60);
    return await pieces();
  };
  const source = { next, maxBytes: 1000, checksObjects: false, patienceMs: 400 };
  const startedAt = performance.now();
  expect((await takeInPack(place, source)).type).toBe("taken");
  expect(performance.now() - startedAt).toBeGreaterThan(400);
});

test("aborting ends git at once", async () => {
  await using place = await makePlace("exec sleep 60");
  const stopping = new AbortController();
  const child = startGit({ ...place, args: [], signal: stopping.signal, timeoutMs: undefined });
  child.stdout.resume();
  stopping.abort();
  expect((await child.ended).status).toBeUndefined();
});

test("a program that doesn't start is an end without a status", async () => {
  await using place = await makePlace();
  const git = { file: join(place.repository, "nowhere"), version: "2.39.5" };
  const answer = await readGit({ ...place, git, args: [], timeoutMs: 10_000 });
  expect(answer.status).not.toBe(0);
});

async function makePlace(script?: string) {
  const folder = await makeTemporaryFolder("vbx-process");
  const repository = join(folder.path, "repository");
  await makeBareRepository(repository, "sha1");
  const file = join(folder.path, "git");
  await writeFile(file, `#!/bin/sh\n${script ?? ""}\n`);
  await chmod(file, 0o755);
  return {
    git: script === undefined ? await findGit() : { file, version: "2.39.5" },
    repository,
    signal: new AbortController().signal,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function endless(): () => Promise<Buffer> {
  let isFirst = true;
  return () => {
    const piece = isFirst ? header : Buffer.alloc(65_536, 1);
    isFirst = false;
    return Promise.resolve(piece);
  };
}
