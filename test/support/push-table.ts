import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitRule, PushGrant } from "../../src/git/entry/git-rule.ts";
import { writeBareRepository } from "./bare-repository.ts";
import type { GitClient } from "./git-client.ts";
import { type History, type ObjectName, writeHistory } from "./git-history.ts";
import { type GitProxy, gitRule, openGitProxy } from "./git-proxy.ts";
import { type GitServer, startGitServer } from "./git-server.ts";

/**
 * Full ref name → what it points at; undefined for a ref that must not be there, `new` for an object that the case made
 * itself.
 */
export type Refs = Readonly<Record<string, ObjectName | "new" | undefined>>;

/** One push, what it is refused or done, and what becomes of it when nobody looks. */
export interface PushCase {
  readonly name: string;
  /**
   * What the `git:` entry grants beside `push: ["agent/*"]`; `read` grants no push, `unnamed` names another repository
   * of the owner, `gadgets`. Or the whole entry
   */
  readonly rule?: Partial<PushGrant> | "read" | "unnamed" | ((repository: string) => GitRule);
  readonly format?: "sha1" | "sha256";
  /** Default: main at main2, agent/x at work2 */
  readonly upstream?: Refs;
  readonly upstreamConfig?: readonly string[];
  /** The client's own refs; default: agent/x at work3. HEAD is agent/x */
  readonly local?: Refs;
  /** Settings of the client, `name=value` */
  readonly config?: readonly string[];
  /** Arguments after `git push`, `URL` for the remote's; or anything that returns what it was told */
  readonly push: readonly string[] | ((world: CaseWorld) => Promise<PushOutput>);
  /** What changes upstream by it; nothing: it's refused */
  readonly after?: Refs;
  /** What changes when no rule looks at it; default: the same */
  readonly unchecked?: Refs;
  /** What the client prints; default for a refused push: that vaultbox refused it */
  readonly says?: readonly RegExp[];
  /** Whether `git push` fails; default: when nothing changes */
  readonly fails?: boolean;
}

export interface PushOutput {
  readonly status: number;
  readonly text: string;
}

export interface CaseWorld {
  readonly server: GitServer;
  readonly proxy: GitProxy;
  readonly client: GitClient;
  /** `OWNER/widgets` */
  readonly repository: string;
  readonly url: string;
  /** The client's bare repository */
  readonly folder: string;
  readonly ids: Readonly<Record<ObjectName, string>>;
  /** `git push ARGS` of this case's client */
  readonly push: (args: readonly string[]) => Promise<PushOutput>;
}

export interface TableResult {
  /** A line for each case that went otherwise than it says */
  readonly wrong: readonly string[];
  /** Cases in which something must not arrive */
  readonly forbidden: number;
  /** Those of them in which nothing of it arrived */
  readonly blocked: number;
  /** Those of them that arrived when no rule looked */
  readonly arrivedUnchecked: number;
}

const defaultUpstream: Refs = { "refs/heads/main": "main2", "refs/heads/agent/x": "work2" };
const defaultLocal: Refs = { "refs/heads/agent/x": "work3" };
/** Longest time for a table, ms; a quiet machine needs a tenth of it. */
export const tableTimeoutMs = 120_000;
/** Cases under way at the same time. */
const concurrency = 3;

/** Goes through the cases twice: under their rules, and with a host rule that lets everything through. */
export async function runPushTable(cases: readonly PushCase[]): Promise<TableResult> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startGitServer());
  const named = cases.map((row, index) => ({ row, repository: `acme${index}/widgets` }));
  const guarded = stack.use(
    await openGitProxy({ server, git: named.map((one) => ruleOf(one.row, one.repository)) }),
  );
  const open = stack.use(await openGitProxy({ server, rules: ["* https://git.example.test/**"] }));
  const histories = {
    sha1: await writeHistory(join(guarded.folder, "history-sha1")),
    sha256: await writeHistory(join(guarded.folder, "history-sha256"), "sha256"),
  };
  const wrong: string[] = [];
  const count = { forbidden: 0, blocked: 0, arrivedUnchecked: 0 };
  await eachOf(named, async ({ row, repository }) => {
    const history = histories[row.format ?? "sha1"];
    const under = await runCase(row, { server, proxy: guarded, history, repository });
    const unchecked = await runCase(row, {
      server,
      proxy: open,
      history,
      repository: repository.replace("acme", "open"),
    });
    const problems = problemsOf(row, under);
    const free = differences(unchecked.refs, expectedRefs(row, row.unchecked ?? row.after ?? {}));
    const problem = [...problems, ...free.map((line) => `unchecked: ${line}`)];
    if (problem.length > 0) {
      wrong.push(
        `${row.name}: ${problem.join("; ")}\n${under.output.text}\n--\n${unchecked.output.text}`,
      );
    }
    if (row.unchecked === undefined) return;
    count.forbidden += 1;
    if (problems.length === 0) count.blocked += 1;
    if (free.length === 0) count.arrivedUnchecked += 1;
  });
  const audit = JSON.stringify(guarded.proxy.events);
  if (audit.includes(server.token)) wrong.push("the token is in the audit");
  return { wrong, ...count };
}

function ruleOf(row: PushCase, repository: string): GitRule {
  if (typeof row.rule === "function") return row.rule(repository);
  if (row.rule === "read") return gitRule(repository);
  if (row.rule === "unnamed") return gitRule(repository.replace("widgets", "gadgets"), {});
  return gitRule(repository, row.rule ?? {});
}

interface CasePlace {
  readonly server: GitServer;
  readonly proxy: GitProxy;
  readonly history: History;
  readonly repository: string;
}

interface CaseResult {
  readonly output: PushOutput;
  /** Upstream's refs after it, by the names of the history's objects */
  readonly refs: Readonly<Record<string, string>>;
}

async function runCase(row: PushCase, place: CasePlace): Promise<CaseResult> {
  const { server, proxy, history, repository } = place;
  await fillUpstream(row, place);
  const folder = join(proxy.folder, repository);
  await makeClient(row, folder, history);
  const { client } = proxy;
  const url = client.urlOf(repository);
  const push = async (args: readonly string[]): Promise<PushOutput> => {
    const whole = ["push", ...args.map((word) => (word === "URL" ? url : word))];
    const result = await client.run(whole, { cwd: folder, config: row.config ?? [] });
    return { status: result.status ?? 255, text: result.stdout + result.stderr };
  };
  const world = { server, proxy, client, repository, url, folder, ids: history.ids, push };
  const output = typeof row.push === "function" ? await row.push(world) : await push(row.push);
  const names = new Map(Object.entries(history.ids).map(([name, id]) => [id, name]));
  const refs = Object.entries(await server.refs(repository));
  return {
    output,
    refs: Object.fromEntries(refs.map(([ref, id]) => [ref, names.get(id) ?? "new"])),
  };
}

async function fillUpstream(row: PushCase, { server, history, repository }: CasePlace) {
  const refs = toIds(row.upstream ?? defaultUpstream, history);
  await server.createRepository(repository, {
    format: history.format,
    config: row.upstreamConfig ?? [],
    refs,
    from: await history.select(Object.values(refs)),
  });
}

/** A bare repository that borrows the history's objects, so that it has all of them and refs only to its own. */
async function makeClient(row: PushCase, folder: string, history: History): Promise<void> {
  const refs = toIds(row.local ?? defaultLocal, history);
  writeBareRepository(folder, { format: history.format, branch: "agent/x", refs });
  await writeFile(join(folder, "objects/info/alternates"), `${history.folder}/objects\n`);
}

function toIds(refs: Refs, history: History): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(refs).map(([ref, name]) => [ref, idOf(history, name)]));
}

function idOf({ ids }: History, name: Refs[string]): string {
  if (name === undefined || name === "new") throw new Error("a case begins with known objects");
  return ids[name];
}

function expectedRefs(row: PushCase, changes: Refs): Readonly<Record<string, string | undefined>> {
  return { ...(row.upstream ?? defaultUpstream), ...changes };
}

function problemsOf(row: PushCase, { output, refs }: CaseResult): readonly string[] {
  const after = row.after ?? {};
  const problems = [...differences(refs, expectedRefs(row, after))];
  const isRefused = Object.keys(after).length === 0;
  if ((row.fails ?? isRefused) !== (output.status !== 0)) {
    problems.push(`ended with ${output.status}`);
  }
  const says = row.says ?? (isRefused ? [/vaultbox: /] : []);
  for (const pattern of says) {
    if (!pattern.test(output.text)) problems.push(`doesn't say ${pattern.source}`);
  }
  return problems;
}

function differences(
  found: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return [...new Set([...Object.keys(found), ...Object.keys(expected)])]
    .filter((ref) => found[ref] !== expected[ref])
    .map((ref) => `${ref} is ${found[ref] ?? "absent"} and not ${expected[ref] ?? "absent"}`);
}

async function eachOf<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const workers = Array.from({ length: concurrency }, async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  });
  await Promise.all(workers);
}
