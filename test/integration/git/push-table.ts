import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { GitRule, PushGrant } from "../../../src/git/entry/git-rule.ts";
import { writeBareRepository } from "../../support/bare-repository.ts";
import type { GitClient } from "../../support/git-client.ts";
import { type History, type ObjectName, writeHistory } from "./push-history.ts";
import { type GitProxy, serverRule, openGitProxy } from "../../support/git-proxy.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
import { type GitServer, startGitServer } from "../../support/git-server.ts";

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

/** Pushes that one test each is made of. */
export interface PushTable {
  readonly title: string;
  /** What the scoreboard's row 23 calls them */
  readonly score: string;
  readonly cases: readonly PushCase[];
}

const defaultUpstream: Refs = { "refs/heads/main": "main2", "refs/heads/agent/x": "work2" };
const defaultLocal: Refs = { "refs/heads/agent/x": "work3" };

/** A test for each case: what it does under its rule, and with a host rule that lets everything through. */
export function describePushes({ title, score, cases }: PushTable): void {
  const named = cases.map((row, index) => ({
    name: row.name,
    row,
    repository: `acme${index}/widgets`,
  }));
  const count = { attempts: 0, blocked: 0, controlSucceeded: 0 };

  describe(`${title}`, () => {
    const world = openShared((stack) =>
      openTable(
        stack,
        named.map((one) => ruleOf(one.row, one.repository)),
      ),
    );

    test.concurrent.each(named)("$name", async ({ row, repository }) => {
      const { guarded, open, server, histories } = world();
      const place = { server, history: histories[row.format ?? "sha1"] };
      const under = await runCase(row, { ...place, proxy: guarded, repository });
      const openRepository = repository.replace("acme", "open");
      const unchecked = await runCase(row, { ...place, proxy: open, repository: openRepository });
      const problems = problemsOf(row, under);
      const free = differences(unchecked.refs, expectedRefs(row, row.unchecked ?? row.after ?? {}));
      if (row.unchecked !== undefined) {
        count.attempts += 1;
        if (problems.length === 0) count.blocked += 1;
        if (free.length === 0) count.controlSucceeded += 1;
      }
      expect(problems, under.output.text).toEqual([]);
      expect(free, `unchecked: ${unchecked.output.text}`).toEqual([]);
    });

    test("the audit of them doesn't hold the token", () => {
      recordScore({ row: 23, test: score, ...count });
      const audit = JSON.stringify(world().guarded.proxy.events);
      expect(audit).toContain('"request.decision"');
      expect(audit).not.toContain(world().server.token);
    });
  });
}

interface TableWorld {
  readonly server: GitServer;
  /** Asks the rules of the cases */
  readonly guarded: GitProxy;
  /** Asks none */
  readonly open: GitProxy;
  readonly histories: Readonly<Record<"sha1" | "sha256", History>>;
}

async function openTable(
  stack: AsyncDisposableStack,
  rules: readonly GitRule[],
): Promise<TableWorld> {
  const server = stack.use(await startGitServer());
  const guarded = stack.use(await openGitProxy({ server, git: rules }));
  const open = stack.use(await openGitProxy({ server, rules: ["* https://git.example.test/**"] }));
  const histories = {
    sha1: await writeHistory(join(guarded.folder, "history-sha1")),
    sha256: await writeHistory(join(guarded.folder, "history-sha256"), "sha256"),
  };
  return { server, guarded, open, histories };
}

function ruleOf(row: PushCase, repository: string): GitRule {
  if (typeof row.rule === "function") return row.rule(repository);
  if (row.rule === "read") return serverRule(repository);
  if (row.rule === "unnamed") return serverRule(repository.replace("widgets", "gadgets"), {});
  return serverRule(repository, row.rule ?? {});
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
