import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claude } from "../../../../../src/agents/claude.ts";
import { codex } from "../../../../../src/agents/codex.ts";
import { generic } from "../../../../../src/agents/select-agent.ts";
import { keptNote, prunedLines } from "../../../../../src/cli/prune.ts";
import { resolvePaths, type Paths } from "../../../../../src/base/paths.ts";
import { toHistoryName } from "../../../../../src/sandbox/home/history/history-place.ts";
import {
  openHistory,
  toHistoryTarget,
  type History,
} from "../../../../../src/sandbox/home/history/open-history.ts";
import { pruneHistories } from "../../../../../src/sandbox/home/history/prune-history.ts";
import { beginSession, endSession } from "../../../../../src/base/session-state.ts";

const workspace = "/work/widgets";
const target = "/home/agent/.claude/projects";
const transcript = "-work-widgets/8f66fd0c-3c8b-4549-bc38-9e6c71fe5657.jsonl";
const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

interface Place extends Disposable {
  readonly paths: Paths;
  readonly open: (options?: { maxSteps?: number; workspace?: string }) => Promise<History>;
}

function createPlace(): Place {
  const root = mkdtempSync(join(tmpdir(), "vbkept-"));
  const paths = resolvePaths({ VAULTBOX_HOME: join(root, "v") });
  return {
    paths,
    open: (options = {}) => {
      const project = options.workspace ?? workspace;
      const name = toHistoryName(project, owner.uid);
      const request = { paths, name, agent: claude, owner, ...options, workspace: project };
      return openHistory(request, target);
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

function say(history: History, path = transcript): void {
  const file = join(history.bind.source, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "{}\n");
}

test("the next session of a project and user finds the conversations, those of others don't", async () => {
  using place = createPlace();
  const first = await place.open();
  expect(first.bind).toMatchObject({ target, readOnly: false });
  expect(lstatSync(first.bind.source).mode & 0o777).toBe(0o700);
  expect(first.source.origin?.root.endsWith("/claude")).not.toBe(false);
  say(first);
  const second = await place.open();
  expect([second.bind, second.swept]).toEqual([first.bind, { files: 1, bytes: 3, removed: 0 }]);
  const other = await place.open({ workspace: "/work/gadgets" });
  expect(other.swept.files).toBe(0);
  expect(toHistoryName(workspace, 0)).not.toBe(toHistoryName(workspace, 1000));
});

test("what a sandbox put there beside transcripts is gone before the next session has it", async () => {
  using place = createPlace();
  const first = await place.open();
  say(first);
  say(first, "-work-widgets/memory/MEMORY.md");
  symlinkSync("/etc/passwd", join(first.bind.source, "-work-widgets", "x.jsonl"));
  const { swept } = await place.open();
  expect(swept).toEqual({ files: 1, bytes: 3, removed: 2 });
  expect(readdirSync(join(first.bind.source, "-work-widgets"))).toHaveLength(1);
});

test("a sandbox that left too much to look through costs the conversations, not the next start", async () => {
  using place = createPlace();
  const first = await place.open();
  for (let index = 0; index < 20; index += 1) say(first, `x/${index}`);
  say(first);
  const second = await place.open({ maxSteps: 10 });
  expect(second.setAside).toBe("more was left there than is looked through");
  expect(readdirSync(second.bind.source)).toEqual([]);
  const project = join(second.bind.source, "..");
  expect(readdirSync(project).filter((name) => name.startsWith("aside-"))).toHaveLength(1);
  say(second);
  const { kept } = await pruneHistories(place.paths, { all: false });
  expect(kept).toEqual([{ workspace, transcripts: 1, bytes: 3 }]);
  expect(readdirSync(project).toSorted()).toEqual(["claude", "project.json"]);
});

test("prune keeps conversations, and removes them when asked; not those of a session that runs", async () => {
  using place = createPlace();
  const { paths } = place;
  const busy = await place.open();
  say(busy);
  const idle = await place.open({ workspace: "/work/gadgets" });
  say(idle);
  const empty = await place.open({ workspace: "/work/empty" });
  const session = await beginSession(paths, {
    id: "0123456789ab",
    command: [],
    agent: "claude",
    workspace,
  });
  const gadgets = { workspace: "/work/gadgets", transcripts: 1, bytes: 3 };
  expect(await pruneHistories(paths, { all: false })).toEqual({ removed: [], kept: [gadgets] });
  expect(existsSync(empty.bind.source)).toBe(false);
  expect(await pruneHistories(paths, { all: true })).toEqual({ removed: [gadgets], kept: [] });
  expect([busy, idle].map(({ bind }) => existsSync(bind.source))).toEqual([true, false]);
  await endSession(paths, session, 0);
  const { removed } = await pruneHistories(paths, { all: true });
  expect(removed).toEqual([{ workspace, transcripts: 1, bytes: 3 }]);
  expect(await pruneHistories(paths, { all: true })).toEqual({ removed: [], kept: [] });
});

test("prune says what it removed, and what it keeps with the command that removes it", () => {
  const histories = [{ workspace: "/work/wid\u001bgets", transcripts: 2, bytes: 2048 }];
  const none = {
    sessions: [],
    containers: [],
    volumes: [],
    handoffs: [],
    gitCacheBytes: 0,
    packagesOf: [],
  };
  expect(prunedLines({ ...none, histories })).toEqual([
    String.raw`removed conversations of /work/wid\x1bgets (2kB)`,
  ]);
  expect(prunedLines({ ...none, histories: [] })).toEqual(["nothing to remove"]);
  expect(keptNote([])).toBeUndefined();
  expect(keptNote(histories)).toBe(
    "kept: conversations of 1 project (2kB); to remove them: vaultbox prune --history",
  );
});

test("conversations are mounted where their agent looks for them", () => {
  expect(toHistoryTarget(claude, ["/work", "/home/agent/.claude/CLAUDE.md"])).toBe(target);
  expect(toHistoryTarget(codex, [])).toBe("/home/agent/.codex/sessions");
  expect(toHistoryTarget(generic, [])).toBeUndefined();
});

test.each(["/home/agent", "/home/agent/.claude", `${target}/-work`])(
  "conversations aren't mounted where something of the user's is: %s",
  (taken) => {
    expect(toHistoryTarget(claude, [taken])).toBeUndefined();
  },
);
