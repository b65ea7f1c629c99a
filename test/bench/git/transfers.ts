import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { GitClient } from "../../support/git-client.ts";
import { readGit } from "../../support/git.ts";
import type { GitServer } from "../../support/git-server.ts";

/** How big the two repositories are. */
export interface Sizes {
  readonly commits: number;
  /** Megabytes that don't compress */
  readonly megabytes: number;
}

const historyName = "acme/history";
const bulkName = "acme/bulk";
const filesInHistory = 400;
/** Megabytes of one file; a push in the box is made of more than one too. */
const fileMegabytes = 50;

/** A history in which files change and branches are merged, as git-fast-import(1) reads it. */
function* writeHistory(
  commits: number,
  onto?: { branch: string; from: string },
): Generator<string> {
  const { branch = "main", from } = onto ?? {};
  const person = "Ada <ada@example.test>";
  for (let number = 1; number <= commits; number += 1) {
    const content = Array.from(
      { length: 30 },
      (_, line) => `line ${line}, last changed by ${(number * 7919 + line * 31) % (number + 13)}\n`,
    ).join("");
    const subject = `change ${number} of ${branch}`;
    const path = `src/part${number % 20}/file${number % filesInHistory}.txt`;
    const base = number === 1 ? from : undefined;
    yield [
      `commit refs/heads/${branch}\nmark :${number}\n`,
      `committer ${person} ${1_600_000_000 + number * 60} +0000\n`,
      `data ${subject.length}\n${subject}\n`,
      base === undefined ? "" : `from ${base}\n`,
      number % 50 === 0 && number > 20 ? `merge :${number - 20}\n` : "",
      `M 100644 inline ${path}\ndata ${content.length}\n${content}\n`,
    ].join("");
  }
}

/** Repositories `acme/history` and `acme/bulk`, with their content on main. */
export async function createSources(server: GitServer, sizes: Sizes): Promise<void> {
  await server.createRepository(historyName);
  const stream = [...writeHistory(sizes.commits)].join("");
  await server.git(historyName, ["fast-import", "--quiet"], stream);
  await server.git(historyName, ["repack", "-adq"]);
  await server.createRepository(bulkName, { config: storeOnly });
  await server.git(bulkName, ["fast-import", "--quiet"], writeBulk(sizes.megabytes));
}

/** What doesn't compress isn't tried: otherwise zlib is what would be measured. */
const storeOnly = ["core.compression=0", "pack.compression=0", "core.bigFileThreshold=1m"];

/** A small commit, and one with all the bytes on top. */
function writeBulk(megabytes: number): Buffer {
  const pieces: Buffer[] = [];
  const say = (text: string): number => pieces.push(Buffer.from(text));
  const head =
    "commit refs/heads/main\ncommitter Ada <ada@example.test> 1600000000 +0000\ndata 4\n";
  say(`${head}seed\nM 100644 inline seed\ndata 4\nseed\n\n${head}bulk\n`);
  for (let rest = megabytes; rest > 0; rest -= fileMegabytes) {
    const bytes = Math.min(rest, fileMegabytes) * 1_000_000;
    say(`M 100644 inline bulk/${rest}\ndata ${bytes}\n`);
    pieces.push(randomBytes(bytes));
    say("\n");
  }
  return Buffer.concat(pieces);
}

/** Runs git. Resolves to how long it took, ms. @throws Error when it fails */
async function timed(client: GitClient, args: readonly string[], cwd: string): Promise<number> {
  const startedAt = performance.now();
  const result = await client.run(args, { cwd, config: storeOnly });
  const tookMs = performance.now() - startedAt;
  if (result.status !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr}`);
  return tookMs;
}

export const steps = [
  "history: clone",
  "history: fetch of what was added",
  "history: push to an empty repository",
  "history: push of one commit, checked",
  "bulk: clone",
  "bulk: push to an empty repository",
  "bulk: push onto a branch, checked",
] as const;
export type Step = (typeof steps)[number];

export interface TransferPlace {
  readonly server: GitServer;
  readonly client: GitClient;
  /** For clones; must not be there yet */
  readonly folder: string;
  /** Makes names of repositories that nobody used before */
  readonly label: string;
}

/** Clones, fetches and pushes both repositories and compares ids. Resolves to how long each step took, ms */
export async function transfer(place: TransferPlace): Promise<Readonly<Record<Step, number>>> {
  await mkdir(place.folder);
  const history = await transferHistory(place);
  const bulk = await transferBulk(place);
  return { ...history, ...bulk };
}

async function transferHistory(place: TransferPlace) {
  const { server, client, folder, label } = place;
  const clone = join(folder, "history");
  const cloneMs = await timedClone(place, historyName, clone);
  const added = `added-${label}`;
  const stream = [...writeHistory(200, { branch: added, from: "refs/heads/main" })].join("");
  await server.git(historyName, ["fast-import", "--quiet"], stream);
  const fetchMs = await timed(client, ["fetch", "--quiet", "origin", added], clone);
  await expectSame(place, historyName, { ref: added, folder: clone, revision: "FETCH_HEAD" });
  const target = `acme/history-${label}`;
  await server.createRepository(target);
  const push = ["push", "--quiet", client.urlOf(target)];
  const pushMs = await timed(client, [...push, "main:refs/heads/agent/x"], clone);
  await expectSame(place, target, { ref: "agent/x", folder: clone, revision: "main" });
  const more = await addCommit(clone, "main", "one-more");
  const checkedMs = await timed(client, [...push, `${more}:refs/heads/agent/x`], clone);
  await expectSame(place, target, { ref: "agent/x", folder: clone, revision: more });
  return {
    "history: clone": cloneMs,
    "history: fetch of what was added": fetchMs,
    "history: push to an empty repository": pushMs,
    "history: push of one commit, checked": checkedMs,
  };
}

async function transferBulk(place: TransferPlace) {
  const { server, client, folder, label } = place;
  const clone = join(folder, "bulk");
  const cloneMs = await timedClone(place, bulkName, clone);
  const pushTo = async (target: string, revision: string): Promise<number> => {
    const spec = `${revision}:refs/heads/agent/x`;
    const tookMs = await timed(client, ["push", "--quiet", client.urlOf(target), spec], clone);
    await expectSame(place, target, { ref: "agent/x", folder: clone, revision });
    return tookMs;
  };
  const [plain, checked] = [`acme/bulk-${label}`, `acme/checked-${label}`];
  for (const name of [plain, checked]) await server.createRepository(name, { config: storeOnly });
  const pushMs = await pushTo(plain, "main");
  await rm(server.folderOf(plain), { recursive: true });
  await pushTo(checked, "main~1");
  const checkedMs = await pushTo(checked, "main");
  await rm(server.folderOf(checked), { recursive: true });
  return {
    "bulk: clone": cloneMs,
    "bulk: push to an empty repository": pushMs,
    "bulk: push onto a branch, checked": checkedMs,
  };
}

async function timedClone(place: TransferPlace, name: string, to: string): Promise<number> {
  const { client, folder } = place;
  const tookMs = await timed(
    client,
    ["clone", "--quiet", "--bare", client.urlOf(name), to],
    folder,
  );
  await expectSame(place, name, { ref: "main", folder: to, revision: "main" });
  return tookMs;
}

/** Equal ids are equal content: git checks what it takes in. */
async function expectSame(
  { server }: TransferPlace,
  name: string,
  here: { readonly ref: string; readonly folder: string; readonly revision: string },
): Promise<void> {
  const own = await readGit(["rev-parse", here.revision], { cwd: here.folder });
  const theirs = await server.git(name, ["rev-parse", `refs/heads/${here.ref}`]);
  if (own !== theirs) throw new Error(`${name}: ${here.ref} is ${theirs} there and ${own} here`);
}

/** A commit that adds a file, made in a bare repository. Resolves to its id */
async function addCommit(folder: string, parent: string, path: string): Promise<string> {
  const env = { GIT_INDEX_FILE: join(folder, "index-for-commits") };
  const cwd = folder;
  await readGit(["read-tree", parent], { cwd, env });
  const blob = await readGit(["hash-object", "-w", "--stdin"], { cwd, input: randomBytes(30) });
  await readGit(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`], { cwd, env });
  const tree = await readGit(["write-tree"], { cwd, env });
  return readGit(["commit-tree", "-p", parent, "-m", "one more", tree], { cwd });
}
