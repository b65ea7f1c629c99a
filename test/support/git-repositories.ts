// Repositories for tests, made and asked with the system's git, and an upstream that answers from such a repository.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FetchedPack, Upstream } from "../../src/git/push/cache/upstream.ts";
import { writeBareRepository } from "./bare-repository.ts";
import { readGitBytes } from "./git.ts";

export interface TestRepository {
  readonly folder: string;
  /** Runs git in it; without the last line break. @throws when git fails */
  readonly git: (args: readonly string[], input?: string | Buffer) => Promise<string>;
  readonly gitBytes: (args: readonly string[], input?: string | Buffer) => Promise<Buffer>;
}

/** A folder that is removed at the end. */
export async function makeTemporaryFolder(
  name: string,
): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export async function makeRepository(
  folder: string,
  format: "sha1" | "sha256" = "sha1",
): Promise<TestRepository> {
  const gitBytes = (args: readonly string[], input?: string | Buffer): Promise<Buffer> =>
    readGitBytes(["--git-dir", folder, ...args], { cwd: ".", input: input ?? "" });
  writeBareRepository(folder, { format, branch: "main" });
  const git = async (args: readonly string[], input?: string | Buffer): Promise<string> =>
    (await gitBytes(args, input)).toString("utf8").replace(/\n$/, "");
  return { folder, git, gitBytes };
}

export interface TestCommit {
  readonly parents: readonly string[];
  /** Path to content; undefined removes it */
  readonly files: Readonly<Record<string, string | undefined>>;
  /** Seconds since 1970 */
  readonly date?: number;
  readonly message?: string;
}

/** Makes commits in their order, each with parents named by `:N` (the Nth commit, from 1) or id; returns their ids. */
export async function makeCommits(
  repository: TestRepository,
  commits: readonly TestCommit[],
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [index, commit] of commits.entries()) {
    const date = commit.date ?? 1_700_000_000 + index;
    const message = commit.message ?? `commit ${index}`;
    lines.push("reset refs/import/tip", "");
    lines.push("commit refs/import/tip", `mark :${index + 1}`);
    lines.push(
      `author A <a@example.com> ${date} +0000`,
      `committer A <a@example.com> ${date} +0000`,
    );
    lines.push(`data ${Buffer.byteLength(message)}`, message);
    const [first, ...others] = commit.parents;
    if (first !== undefined) lines.push(`from ${first}`);
    for (const parent of others) lines.push(`merge ${parent}`);
    for (const [path, content] of Object.entries(commit.files)) {
      if (content === undefined) lines.push(`D ${JSON.stringify(path)}`);
      else {
        lines.push(`M 100644 inline ${JSON.stringify(path)}`);
        lines.push(`data ${Buffer.byteLength(content)}`, content);
      }
    }
    lines.push("");
  }
  const marks = commits.map((_, index) => `get-mark :${index + 1}\n`).join("");
  const input = `${lines.join("\n")}\n${marks}`;
  const ids = await repository.git(["fast-import", "--quiet", "--force"], input);
  await rm(join(repository.folder, "refs/import"), { recursive: true });
  return ids.split("\n");
}

/** The pack that a push of `include` makes when the other side has `exclude`. */
export function makePack(
  repository: TestRepository,
  { include, exclude }: { include: readonly string[]; exclude: readonly string[] },
  options: readonly string[] = [],
): Promise<Buffer> {
  const revisions = [...include, ...exclude.map((oid) => `^${oid}`)].join("\n");
  const args = ["pack-objects", "--revs", "--stdout", "-q", "--delta-base-offset", ...options];
  return repository.gitBytes(args, `${revisions}\n`);
}

/** A pack of exactly these objects. */
export function packObjects(repository: TestRepository, oids: readonly string[]): Promise<Buffer> {
  return repository.gitBytes(["pack-objects", "--stdout", "-q"], `${oids.join("\n")}\n`);
}

export interface CountingUpstream extends Upstream {
  readonly asked: { histories: number; trees: number };
}

/** Answers as a server would that has the repository. */
export function toUpstream(repository: TestRepository): CountingUpstream {
  const asked = { histories: 0, trees: 0 };
  return {
    asked,
    refs: async () => {
      const text = await repository.git(["for-each-ref", "--format=%(refname) %(objectname)"]);
      const lines = text.split("\n").filter((line) => line !== "");
      return new Map(lines.map((line) => line.split(" ") as [string, string]));
    },
    fetchHistory: async ({ wants, haves }) => {
      asked.histories += 1;
      const range = { include: wants, exclude: haves };
      return toFetched(await makePack(repository, range, ["--filter=tree:0"]));
    },
    fetchTrees: async (commits) => {
      asked.trees += 1;
      const args = ["rev-list", "--objects", "--no-walk", "--filter=blob:none", ...commits];
      const lines = (await repository.git(args)).split("\n");
      return toFetched(
        await packObjects(
          repository,
          lines.map((line) => line.split(" ")[0] ?? ""),
        ),
      );
    },
  };
}

/** The bytes in pieces of an odd size. */
export function toPieces(bytes: Buffer, size = 4093): () => Promise<Buffer | undefined> {
  let at = 0;
  return () => {
    if (at >= bytes.length) return Promise.resolve(undefined);
    const piece = bytes.subarray(at, at + size);
    at += size;
    return Promise.resolve(piece);
  };
}

export function toFetched(bytes: Buffer): FetchedPack {
  return { next: toPieces(bytes, 65_536), [Symbol.asyncDispose]: () => Promise.resolve() };
}
