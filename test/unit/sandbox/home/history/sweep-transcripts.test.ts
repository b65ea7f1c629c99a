import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { claude } from "../../../../../src/agents/claude.ts";
import { codex } from "../../../../../src/agents/codex.ts";
import { Folder } from "../../../../../src/base/fs/beneath.ts";
import {
  historyLimits,
  sweepSteps,
  SweepLimitError,
  SweepSteps,
} from "../../../../../src/sandbox/home/history/history-limits.ts";
import {
  sweepTranscripts,
  type SweptTranscripts,
} from "../../../../../src/sandbox/home/history/sweep-transcripts.ts";
import { recordScore } from "../../../../support/scoreboard.ts";

const id = "8f66fd0c-3c8b-4549-bc38-9e6c71fe5657";
const rollout = `2026/11/30/rollout-2026-11-30T01-43-58-${id}.jsonl`;
const project = "-work-widgets";

interface Place extends Disposable {
  readonly root: string;
  readonly beside: string;
  readonly write: (path: string, content?: string) => string;
  readonly sweep: (
    agent?: typeof claude,
    options?: { nowMs?: number; steps?: number },
  ) => SweptTranscripts;
  readonly left: () => readonly string[];
}

function createPlace(): Place {
  const base = mkdtempSync(join(tmpdir(), "vbhistory-"));
  const root = join(base, "root");
  mkdirSync(root);
  const uid = process.getuid?.() ?? 0;
  return {
    root,
    beside: base,
    write: (path, content = "{}") => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
      return join(root, path);
    },
    sweep: (agent = claude, { nowMs = Date.now(), steps = sweepSteps } = {}) => {
      using folder = Folder.openRoot(root);
      const now = BigInt(Math.round(nowMs)) * 1_000_000n;
      const forms = agent.transcripts?.forms ?? [];
      return sweepTranscripts(folder, { forms, uid, now, steps: new SweepSteps(steps) });
    },
    left: () =>
      execFileSync("find", [".", "-mindepth", "1", "!", "-type", "d"], {
        cwd: root,
        encoding: "utf8",
      })
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.slice(2))
        .toSorted(),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}

test("transcripts of both agents stay, with what they refer to", () => {
  using place = createPlace();
  const kept = [
    `${project}/${id}.jsonl`,
    `${project}/${id}/subagents/agent-a1b2.jsonl`,
    `${project}/${id}/tool-results/bk9jh9eg2.txt`,
  ];
  for (const path of kept) place.write(path);
  expect(place.sweep()).toEqual({ files: 3, bytes: 6, removed: 0 });
  expect(place.left()).toEqual(kept);
  using other = createPlace();
  other.write(rollout);
  other.write(`${rollout}.zst`);
  expect(other.sweep(codex)).toEqual({ files: 2, bytes: 4, removed: 0 });
});

/** Each with what an agent or a program would take from it, were it left there. */
const plants: readonly (readonly [string, (place: Place) => void])[] = [
  ["memory that is read by itself", ({ write }) => write(`${project}/memory/MEMORY.md`)],
  ["settings", ({ write }) => write(`${project}/settings.json`)],
  ["instructions", ({ write }) => write(`CLAUDE.md`)],
  ["hooks", ({ write }) => write(`${project}/${id}/hooks/run.sh`)],
  ["a name that only begins as one", ({ write }) => write(`${project}/${id}.jsonl.sh`)],
  ["a name with a line break", ({ write }) => write(`${project}/${id}.jsonl\n`)],
  ["a transcript in the wrong place", ({ write }) => write(`${id}.jsonl`)],
  ["a folder with the name of a transcript", ({ write }) => write(`${project}/${id}.jsonl/x`)],
  ["a file with the name of a project", ({ write }) => write("-work-gadgets")],
  ["a hidden project", ({ write }) => write(`.git/config`)],
  [
    "a link with the name of a transcript",
    ({ root, beside, write }) => {
      write(`${project}/.keep`);
      symlinkSync(join(beside, "outside"), join(root, project, `${id}.jsonl`));
    },
  ],
  [
    "a link with the name of a project",
    ({ root, beside }) => symlinkSync(join(beside, "folder"), join(root, "-work-other")),
  ],
  [
    "a further name of a file elsewhere",
    ({ root, beside, write }) => {
      write(`${project}/.keep`);
      linkSync(join(beside, "outside"), join(root, project, `${id}.jsonl`));
    },
  ],
  [
    "a pipe with the name of a transcript",
    ({ root, write }) => {
      write(`${project}/.keep`);
      execFileSync("sh", ["-c", 'mkfifo "$0"', join(root, project, `${id}.jsonl`)]);
    },
  ],
  [
    "a folder that nobody may look into",
    ({ root, write }) => {
      write(`${project}/x/y/z`);
      chmodSync(join(root, project, "x/y"), 0);
      chmodSync(join(root, project, "x"), 0);
    },
  ],
  [
    "a sparse file that is larger than the disk",
    ({ write }) => truncateSync(write(`${project}/${id}.jsonl`), historyLimits.fileBytes + 1),
  ],
];

test.each(plants)(
  "nothing but transcripts stays of what a sandbox left, and what links lead to isn't touched: %s",
  (what, plant) => {
    using place = createPlace();
    writeFileSync(join(place.beside, "outside"), "mine");
    mkdirSync(join(place.beside, "folder"));
    writeFileSync(join(place.beside, "folder", `${id}.jsonl`), "mine");
    plant(place);
    const isControl = readdirSync(place.root).length > 0;
    place.sweep();
    expect([what, place.left()]).toEqual([what, []]);
    expect(readFileSync(join(place.beside, "outside"), "utf8")).toBe("mine");
    expect(readdirSync(join(place.beside, "folder"))).toHaveLength(1);
    recordScore({
      row: 61,
      test: `what is left among the conversations of a project: ${what}`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: isControl ? 1 : 0,
    });
  },
);

test("a tree that is deeper than any path, and wide, is removed", () => {
  using place = createPlace();
  // Longer than a path may be: made from the inside out
  let tree = join(place.root, ".deep");
  mkdirSync(tree);
  for (let level = 0; level < 60; level += 1) {
    const around = join(place.root, "around");
    mkdirSync(join(around, "x".repeat(200)), { recursive: true });
    const inner = join(around, "x".repeat(200), "y");
    renameSync(tree, inner);
    tree = join(place.root, ".deep");
    renameSync(around, tree);
  }
  for (let index = 0; index < 200; index += 1) place.write(`.wide/${index}`);
  expect(place.sweep().removed).toBe(2);
  expect(readdirSync(place.root)).toEqual([]);
});

test("more than is looked through before a session is an error, and not passed over", () => {
  using place = createPlace();
  for (let index = 0; index < 20; index += 1) place.write(`x/${index}`);
  expect(() => place.sweep(claude, { steps: 10 })).toThrow(SweepLimitError);
});

test("a transcript belongs to its owner alone, and is nothing to run", () => {
  using place = createPlace();
  const path = place.write(`${project}/${id}.jsonl`);
  chmodSync(path, 0o6777);
  place.sweep();
  expect(lstatSync(path).mode & 0o7777).toBe(0o600);
});

test("what wasn't written to for 90 days goes, also with a later time that a sandbox gave it", () => {
  using place = createPlace();
  const path = place.write(`${project}/${id}.jsonl`);
  execFileSync("touch", ["-d", "2099-01-01", path]);
  const days = (count: number): number => Date.now() + count * 24 * 3600 * 1000;
  expect(place.sweep(claude, { nowMs: days(89) }).files).toBe(1);
  expect(place.sweep(claude, { nowMs: days(91) })).toEqual({ files: 0, bytes: 0, removed: 1 });
  // Its folder with it, once nothing has been in it for a day
  place.sweep(claude, { nowMs: days(93) });
  expect(existsSync(join(place.root, project))).toBe(false);
});

test("of more than 1 GiB the newest stay", async () => {
  using place = createPlace();
  const names = ["0", "1", "2", "3", "4", "5"].map((digit) => id.replace("8", digit));
  for (const name of names) {
    truncateSync(place.write(`${project}/${name}.jsonl`), historyLimits.fileBytes);
    // Their order is by the clock of the file system
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(place.sweep()).toMatchObject({ files: 4, removed: 2 });
  expect(place.left()).toEqual(names.slice(2).map((name) => `${project}/${name}.jsonl`));
});
