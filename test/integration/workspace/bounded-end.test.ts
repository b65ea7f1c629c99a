import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { constants } from "node:buffer";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { finishDeadSession } from "../../../src/workspace/dead-session.ts";
import { handoffLines } from "../../../src/workspace/handoff/handoff-text.ts";
import { isMadeInSandbox } from "../../../src/workspace/handoff/made-repositories.ts";
import { readRepositoryFacts } from "../../../src/workspace/git-dir/repository-facts.ts";
import { sessionFolder } from "../../../src/base/session-state.ts";
import { git } from "../../support/git.ts";
import { hostileTrees } from "./hostile-tree.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createSessionsPlace, type SessionsPlace } from "../../support/sessions-place.ts";

/** Of the look and of what is done about it, together, on a machine that does other things too */
const allowedMs = 60_000;
/** A signal waits for no longer */
const allowedSilenceMs = 4000;

/** How long this thread computed without a turn during some work, at most; the wait for a busy machine isn't counted. */
async function measureSilence(work: () => Promise<unknown> | void): Promise<number> {
  let longest = 0;
  let last = readComputedMs();
  const tick = (): void => {
    const now = readComputedMs();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(tick, 5);
  await work();
  clearInterval(timer);
  tick();
  return longest;
}

function readComputedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function countStateFiles({ paths }: SessionsPlace): number {
  return readdirSync(paths.state, { recursive: true }).length;
}

async function isMade(place: SessionsPlace, folder: string): Promise<boolean> {
  const facts = await readRepositoryFacts(folder);
  if (facts === undefined) throw new Error("no repository there");
  return await isMadeInSandbox(place.paths, facts);
}

async function createOwn(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await git(folder, "init", "-q", "-b", "main");
  await git(folder, "remote", "add", "origin", "https://git.example.com/own/x.git");
}

describe("the end of a run ends in time, hears signals and leaves little behind", () => {
  test.each(hostileTrees)(
    "whatever a sandbox left: $what",
    async ({ what, plant }) => {
      await using place = await createSessionsPlace();
      const session = await place.open();
      plant(place.workspace);
      const evil = join(place.workspace, "zz");
      await createOwn(evil);
      await git(evil, "config", "core.fsmonitor", "evil");
      const began = performance.now();
      const silence = await measureSilence(async () => {
        const handoff = await session.end();
        expect(handoffLines(handoff).length).toBeLessThan(20);
      });
      expect(countStateFiles(place)).toBeLessThanOrEqual(12);
      expect(performance.now() - began).toBeLessThan(allowedMs);
      expect(silence).toBeLessThan(allowedSilenceMs);
      expect(existsSync(join(evil, ".git"))).toBe(false);
      const test = `what a sandbox leaves to keep the end of its run busy: ${what}`;
      recordScore({ row: 48, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
    },
    100_000,
  );

  test("where an expression that goes over lines, and a map with keys of more than 16,383 characters, don't (control)", async () => {
    const todo = "\n".repeat(32 * 1024);
    const keys = Array.from(
      { length: 700 },
      (_, index) => `${"d/".repeat(20_000)}${10_000 + index}`,
    );
    const controls = [
      await measureSilence(() => void /^\s*(?:x|exec)\s/m.test(todo)),
      await measureSilence(
        () => void new Set(keys.map((key) => Buffer.from(key).toString("latin1"))),
      ),
    ].filter((ms) => ms > 300);
    expect(controls).toHaveLength(2);
    const test = "what a sandbox leaves to keep the end of its run busy: control";
    recordScore({ row: 48, test, attempts: 0, blocked: 0, controlSucceeded: controls.length });
  });
});

test("a start refuses a workspace of which its record would be longer than a text can be", async () => {
  await using place = await createSessionsPlace();
  const before = process.cwd();
  const mask = process.umask(0);
  process.chdir(place.workspace);
  const name = "\u0001".repeat(50);
  for (let level = 0; level < 140; level++) {
    mkdirSync(name, 0o755);
    process.chdir(name);
  }
  const count = 17_000;
  for (let index = 0; index < count; index++) mkdirSync(String(index), 0o777);
  process.chdir(before);
  process.umask(mask);
  await expect(place.open()).rejects.toMatchObject({ code: "VBX_WORKSPACE_UNSAFE" });
  // The control: as JSON, which the record is
  const written = JSON.stringify(`${name}/`.repeat(140)).length * count;
  expect(written).toBeGreaterThan(constants.MAX_STRING_LENGTH);
  recordScore({
    row: 48,
    test: "folders whose record no text holds",
    attempts: 1,
    blocked: 1,
    controlSucceeded: 1,
  });
}, 60_000);

test("a signal ends the look soon, and the user's own repository stays where it is", async () => {
  await using place = await createSessionsPlace();
  await createOwn(place.workspace);
  const session = await place.open();
  hostileTrees.find(({ what }) => what.startsWith("empty files"))?.plant(place.workspace);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  const began = performance.now();
  const handoff = await session.end(stop.signal);
  expect(performance.now() - began).toBeLessThan(6000);
  expect(handoff).toMatchObject({ complete: false, unseen: "it was interrupted" });
  expect(handoffLines(handoff).join("\n")).toContain("warning: not all that the sandbox left");
  expect((await stat(join(place.workspace, ".git"))).isDirectory()).toBe(true);
});

test("what is remembered of a sandbox's repositories is one file, and more than it holds is the whole workspace", async () => {
  await using place = await createSessionsPlace();
  const { workspace } = place;
  await createOwn(join(workspace, "own"));
  const session = await place.open();
  for (let index = 0; index < 600; index++) {
    mkdirSync(join(workspace, `n${index}/.git`), { recursive: true });
    writeFileSync(join(workspace, `n${index}/.git/HEAD`), "ref: refs/heads/main\n");
  }
  await createOwn(join(workspace, "made"));
  expect((await session.end()).complete).toBe(true);
  expect(readdirSync(place.paths.state).toSorted()).toEqual([
    "active",
    "made-in-sandbox.json",
    "sessions",
  ]);
  expect((await readFile(join(place.paths.state, "made-in-sandbox.json"))).length).toBeLessThan(
    500,
  );
  expect(await isMade(place, join(workspace, "made"))).toBe(true);
  // The control: what was there before isn't
  expect(await isMade(place, join(workspace, "own"))).toBe(false);
});

test("a dead session is looked at once, and then nothing in its workspace that is new is the user's", async () => {
  await using place = await createSessionsPlace();
  const { paths, workspace } = place;
  await createOwn(join(workspace, "own"));
  const dead = await place.open();
  await createOwn(join(workspace, "made"));
  await git(join(workspace, "made"), "config", "core.fsmonitor", "evil");
  await dead.die();
  // As an attempt leaves it that was killed
  await writeFile(join(sessionFolder(paths, dead.id), "looked-at"), "");
  const handoff = await finishDeadSession({ paths, roots: [workspace], session: dead.id });
  expect(handoff).toMatchObject({ complete: false, unseen: "an earlier look at it didn't end" });
  const made = [join(workspace, "made"), join(workspace, "own")];
  expect(await Promise.all(made.map((folder) => isMade(place, folder)))).toEqual([true, false]);
  // The next session there looks again, and goes by what was there before the one that wasn't looked at
  const next = await place.open();
  const { entries, complete } = await next.end();
  expect(complete).toBe(true);
  expect(entries).toMatchObject([{ change: "disabled", path: "made/.git" }]);
  expect(readdirSync(join(paths.state, "unlooked"))).toEqual([]);
});

test("what a session disabled whose process died before it told of it is told by the next one", async () => {
  await using place = await createSessionsPlace();
  const { paths, workspace } = place;
  const dead = await place.open();
  await createOwn(join(workspace, "made"));
  await git(join(workspace, "made"), "config", "core.fsmonitor", "evil");
  await writeFile(join(workspace, ".envrc"), "evil");
  await dead.die({ hasLooked: true });
  const handoff = await finishDeadSession({ paths, roots: [workspace], session: dead.id });
  expect(handoff?.entries.map(({ change, path }) => `${change} ${path}`)).toEqual([
    "disabled made/.git",
    "new .envrc",
  ]);
});
