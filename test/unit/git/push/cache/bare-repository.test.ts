import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeBareRepository } from "../../../../../src/git/push/cache/bare-repository.ts";

const files = ["config", "HEAD"];

test("git takes it for a repository", async () => {
  const repository = await makeOne();
  const question = ["rev-parse", "--is-bare-repository"];
  const env = { PATH: process.env["PATH"], GIT_DIR: repository };
  expect(execFileSync("git", question, { cwd: repository, env, encoding: "utf8" })).toBe("true\n");
});

test("making it again writes nothing: a git that runs in it would see an empty file", async () => {
  const repository = await makeOne();
  const before = files.map((name) => changedAt(repository, name));
  await makeBareRepository(repository, "sha1");
  expect(files.map((name) => changedAt(repository, name))).toEqual(before);
});

test("what a crash cut off is written again", async () => {
  const repository = await makeOne();
  const before = files.map((name) => readFileSync(join(repository, name), "utf8"));
  for (const name of files) truncateSync(join(repository, name), 3);
  await makeBareRepository(repository, "sha1");
  expect(files.map((name) => readFileSync(join(repository, name), "utf8"))).toEqual(before);
});

async function makeOne(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "vbx-bare-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const repository = join(folder, "repository");
  await makeBareRepository(repository, "sha1");
  return repository;
}

function changedAt(repository: string, name: string): bigint {
  return statSync(join(repository, name), { bigint: true }).ctimeNs;
}
