import { execFile } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { git } from "../../support/git.ts";

const run = promisify(execFile);

/** A file that is hidden by its name, or by the rule for `private/`. */
interface HiddenFile {
  readonly path: string;
  /** What git has; undefined: nothing */
  readonly committed?: string;
  /** What lies there, when it's something else */
  readonly content?: string;
  readonly mode?: number;
}

/** Repositories that differ in all that git does about files, each with the same hidden ones. */
export const shapes = ["plain", "tree", "super/sub", "odd", "hub/main", "shallow"] as const;

/** @param secret in everything that git doesn't have */
export function toHiddenFiles(secret: string): readonly HiddenFile[] {
  return [
    { path: ".env", content: `A=${secret}\n` },
    { path: "config/.env.local", content: `A=${secret}\n` },
    { path: ".env.test", committed: "A=\n", content: `A=${secret}\n` },
    { path: "config/.env.ci", committed: "A=committed\n", content: `A=${secret}\n`, mode: 0o755 },
    { path: "config/my [key].pem", content: `-----BEGIN PRIVATE KEY-----\n${secret}\n` },
    { path: "private/notes.txt", committed: "notes\n", content: `${secret}\n` },
    { path: "private/deep/more.txt", committed: "more\n" },
    { path: "private/new.txt", content: `${secret}\n` },
    // Stored in another form than it's checked out in, as git-crypt does
    { path: "config/.env.crypt", committed: "A=plain\n", content: `A=${secret}\n` },
    // The same as in git: nothing to hide
    { path: ".env.same", committed: "A=readable\n" },
  ];
}

async function write(
  repository: string,
  path: string,
  content: string,
  mode = 0o644,
): Promise<void> {
  const file = join(repository, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content, { mode });
}

/** So that nothing is of this very second, in which git looks at every file again. */
async function age(repository: string): Promise<void> {
  const all = ["-name", ".git", "-prune", "-o", "-exec", "touch", "-d", "2026-01-01", "{}", "+"];
  await run("find", [repository, ...all]);
}

async function setFilter(repository: string): Promise<void> {
  await git(repository, "config", "filter.crypt.clean", "sed s/^/stored:/");
  await git(repository, "config", "filter.crypt.smudge", "sed s/^stored://");
  await git(repository, "config", "filter.crypt.required", "true");
}

/** What everyday commands are about, and what is hidden, committed. */
async function fill(repository: string, secret: string): Promise<void> {
  for (const folder of ["0", "1"]) {
    for (let index = 0; index < 12; index++)
      await write(repository, `src/${folder}/${index}.ts`, "export {};\n");
  }
  await write(repository, ".gitignore", "/.env\n*.sock\n");
  await write(repository, ".gitattributes", "*.crypt filter=crypt\n");
  await setFilter(repository);
  for (const { path, committed, mode } of toHiddenFiles(secret)) {
    if (committed !== undefined) await write(repository, path, committed, mode);
  }
  await age(repository);
  await git(repository, "add", "-A");
  await git(repository, "commit", "-q", "-m", "files");
}

/** Puts what isn't committed where it lies on the host. */
async function dirty(repository: string, secret: string): Promise<void> {
  for (const { path, content, mode } of toHiddenFiles(secret)) {
    if (content !== undefined) await write(repository, path, content, mode);
  }
  await git(repository, "update-index", "--skip-worktree", "config/.env.ci");
}

/** Settings that change how git looks at files, and are read in the sandbox as on the host. */
const oddSettings = [
  ["core.autocrlf", "input"],
  ["core.fileMode", "false"],
  ["core.untrackedCache", "true"],
  ["feature.manyFiles", "true"],
  ["core.quotePath", "false"],
  ["diff.renames", "copies"],
  ["merge.conflictStyle", "diff3"],
  ["pull.rebase", "true"],
  ["rebase.autoStash", "true"],
  ["status.short", "true"],
] as const;

/** What a clone hasn't checked out right, for want of the filter. */
async function checkOutFiltered(repository: string): Promise<void> {
  await setFilter(repository);
  await rm(join(repository, "config/.env.crypt"));
  await git(repository, "checkout", "--", ".");
}

/** A bare repository with a work tree beside it, as people have it who work in many at once. */
async function makeHub(hub: string, from: string): Promise<void> {
  await mkdir(hub);
  await git(hub, "clone", "-q", "--bare", from, ".bare");
  await setFilter(join(hub, ".bare"));
  await git(join(hub, ".bare"), "worktree", "add", "-q", join(hub, "main"), "main");
}

/** Makes them beneath a folder: `ws` is the workspace, and the repository of `ws/tree` lies outside of it. */
export async function makeShapes(base: string, secret: string): Promise<void> {
  const ws = join(base, "ws");
  const at = (path: string): string => join(base, path);
  for (const [path, ...options] of [
    ["ws/plain"],
    ["outside"],
    ["library"],
    ["ws/odd", "--object-format=sha256"],
  ] as const) {
    await mkdir(at(path), { recursive: true });
    await git(at(path), "init", "-q", "-b", "main", ...options);
    await git(at(path), "config", "gc.auto", "0");
    if (path === "ws/odd") {
      for (const [key, value] of oddSettings) await git(at(path), "config", key, value);
    }
    await fill(at(path), secret);
  }
  await git(at("outside"), "switch", "-q", "-c", "elsewhere");
  await git(at("outside"), "worktree", "add", "-q", join(ws, "tree"), "main");
  await mkdir(join(ws, "super"));
  await git(join(ws, "super"), "init", "-q", "-b", "main");
  const add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q"];
  await git(join(ws, "super"), ...add, "../../library", "sub");
  await git(join(ws, "super"), "commit", "-q", "-m", "sub");
  await checkOutFiltered(join(ws, "super/sub"));
  await makeHub(join(ws, "hub"), at("library"));
  await git(ws, "clone", "-q", "--depth", "1", `file://${at("library")}`, "shallow");
  await checkOutFiltered(join(ws, "shallow"));
  await git(join(ws, "odd"), "update-index", "--index-version", "4");
  await git(join(ws, "odd"), "update-index", "--split-index");
  await git(join(ws, "odd"), "repack", "-adq");
  for (const shape of shapes) {
    await age(join(ws, shape));
    await git(join(ws, shape), "status");
    await dirty(join(ws, shape), secret);
  }
}

/** A copy at another place, in which nothing is hidden because nothing that would be is there. */
export async function copyWithoutHidden(base: string, to: string, secret: string): Promise<void> {
  for (const name of await readdir(base)) {
    await run("cp", ["-a", join(base, name), to]);
  }
  for (const [tree, own] of [
    ["ws/tree", "outside/.git/worktrees/tree"],
    ["ws/hub/main", "ws/hub/.bare/worktrees/main"],
  ] as const) {
    await writeFile(join(to, own, "gitdir"), `${join(to, tree, ".git")}\n`);
    await writeFile(join(to, tree, ".git"), `gitdir: ${join(to, own)}\n`);
  }
  for (const shape of shapes) {
    const repository = join(to, "ws", shape);
    await git(repository, "update-index", "--no-skip-worktree", "config/.env.ci");
    for (const { path, committed, mode } of toHiddenFiles(secret)) {
      await rm(join(repository, path), { force: true });
      if (committed !== undefined) await write(repository, path, committed, mode);
    }
  }
}
