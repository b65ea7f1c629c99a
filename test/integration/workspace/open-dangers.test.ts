import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { handoffLines } from "../../../src/workspace/handoff/handoff-text.ts";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import { passClockTick } from "../../support/clock-tick.ts";
import { git } from "../../support/git.ts";
import { runCli } from "../../support/run-cli.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createSessionsPlace, type SessionsPlace } from "../../support/sessions-place.ts";

const run = promisify(execFile);
const unprotected = { settings: { protect: "none" } } as const;

async function arm(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await git(folder, "init", "-q");
  await git(folder, "config", "core.fsmonitor", "evil");
}

/** A repository of Mercurial's that runs something. */
function armOther(folder: string): void {
  mkdirSync(join(folder, ".hg"), { recursive: true });
  writeFileSync(join(folder, ".hg/hgrc"), "[hooks]\nupdate = evil\n");
}

function toChanges({ entries }: Handoff): readonly (readonly [string, string])[] {
  return entries.map(({ path, change }) => [path, change] as const);
}

/** What a run without protection leaves, and the end of the next run after something is done about it. */
async function leave(
  plant: (workspace: string) => Promise<void>,
  meanwhile: (place: SessionsPlace) => Promise<void> = () => Promise.resolve(),
  prepare: (workspace: string) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Handoff[]> {
  await using place = await createSessionsPlace();
  await prepare(place.workspace);
  const first = await place.open(unprotected);
  await plant(place.workspace);
  const left = await first.end();
  await meanwhile(place);
  return [left, await (await place.open()).end()];
}

function toList({ paths }: SessionsPlace): string {
  return join(paths.state, "dangerous.json");
}

const dangers: Readonly<Record<string, (workspace: string) => Promise<void>>> = {
  "a repository": (workspace) => arm(join(workspace, "evil")),
  "a repository among packages": (workspace) => arm(join(workspace, "node_modules/evil")),
  "another system's repository": (workspace) => Promise.resolve(armOther(join(workspace, "evil"))),
};

test.each(Object.entries(dangers))(
  "%s that one run called dangerous is disabled at the end of the next one",
  async (name, plant) => {
    // Among packages times say what is new
    const wait = name.endsWith("among packages") ? passClockTick : () => Promise.resolve();
    const [left, next] = await leave(plant, wait);
    const [path = "", change] = toChanges(left ?? emptyHandoff)[0] ?? [];
    expect(change).toBe("dangerous");
    expect(toChanges(next ?? emptyHandoff)).toEqual([[path, "disabled"]]);
    // The control: nothing is remembered of it
    const control = await leave(plant, async (place) => {
      rmSync(toList(place));
      await wait();
    });
    expect(toChanges(control[1] ?? emptyHandoff)).toEqual([]);
    const test = `dangerous for good: ${name}`;
    recordScore({ row: 57, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  },
);

test("a program that git's settings start, and that couldn't be disabled, is told and disabled until the user trusts it", async () => {
  const plant = async (meanwhile: (place: SessionsPlace) => Promise<void>) => {
    await using place = await createSessionsPlace();
    const { workspace } = place;
    const tools = join(workspace, "tools");
    mkdirSync(tools);
    await git(workspace, "init", "-q");
    await git(workspace, "config", "filter.x.clean", "./tools/clean");
    const first = await place.open();
    writeFileSync(join(tools, "clean"), "#!/bin/sh\n", { mode: 0o755 });
    // As a read-only subvolume
    await run("mount", ["--bind", tools, tools]);
    await run("mount", ["-o", "remount,bind,ro", tools]);
    const left = await first.end();
    await run("umount", [tools]);
    await meanwhile(place);
    const next = await (await place.open()).end();
    const last = await (await place.open()).end();
    return [left, next, last].map(toChanges);
  };
  const dangerous = [["tools/clean", "dangerous"]];
  const disabled = [["tools/clean", "disabled"]];
  expect(await plant(() => Promise.resolve())).toEqual([dangerous, disabled, []]);
  // A run that protects nothing tells of it, and forgets nothing
  const unheld: unknown[] = [];
  const unprotectedNext = await plant(async (place) => {
    unheld.push(toChanges(await (await place.open(unprotected)).end()));
  });
  expect([unheld, unprotectedNext]).toEqual([[dangerous], [dangerous, disabled, []]]);
  const trusted = await plant(async ({ paths, workspace }) => {
    const env = { VAULTBOX_HOME: join(paths.state, "..") };
    const taken = await runCli(["trust", "tools/clean", "--yes"], { cwd: workspace, env });
    expect(taken.stdout).toContain("tools/clean counts as yours from now on");
  });
  expect(trusted).toEqual([dangerous, [], []]);
  // The control: nothing is remembered of it
  const control = await plant((place) => Promise.resolve(rmSync(toList(place))));
  expect(control).toEqual([dangerous, [], []]);
  recordScore({
    row: 57,
    test: "a program that git starts, dangerous for good",
    attempts: 1,
    blocked: 1,
    controlSucceeded: 1,
  });
});

const emptyHandoff: Handoff = { entries: [], complete: false, tookMs: 0 };

test("what the user takes over, mends or removes is not disabled", async () => {
  const plant = (workspace: string): Promise<void> => arm(join(workspace, "evil"));
  const [left, trusted] = await leave(plant, async ({ paths, workspace }) => {
    const env = { VAULTBOX_HOME: join(paths.state, "..") };
    expect(existsSync(join(paths.state, "dangerous.json"))).toBe(true);
    const asked = await runCli(["trust", "evil/.git"], { cwd: workspace, env });
    expect(asked).toMatchObject({ status: 2, stdout: expect.stringContaining("evil/.git\n") });
    const taken = await runCli(["trust", "evil/.git", "--yes"], { cwd: workspace, env });
    expect(taken.stdout).toContain("evil/.git counts as yours from now on");
    const again = await runCli(["trust", "evil/.git", "--yes"], { cwd: workspace, env });
    expect(again).toMatchObject({ status: 0, stdout: expect.stringMatching(/^nothing in /) });
  });
  const hint = "vaultbox trust evil/.git";
  expect(handoffLines(left ?? emptyHandoff).join("\n")).toContain(hint);
  expect(toChanges(trusted ?? emptyHandoff)).toEqual([]);
  const [, mended] = await leave(plant, async ({ workspace }) => {
    await git(join(workspace, "evil"), "config", "--unset", "core.fsmonitor");
    rmSync(join(workspace, "evil/.git/hooks"), { recursive: true });
  });
  expect(toChanges(mended ?? emptyHandoff)).toEqual([["evil/.git", "new"]]);
  const [, removed] = await leave(plant, ({ workspace }) =>
    Promise.resolve(rmSync(join(workspace, "evil"), { recursive: true })),
  );
  expect(toChanges(removed ?? emptyHandoff)).toEqual([]);
});

test("of the user's own repository only what is new stays dangerous", async () => {
  const own = async (workspace: string): Promise<void> => {
    await arm(workspace);
    writeFileSync(join(workspace, ".git/hooks/pre-commit"), "mine");
  };
  const link = (workspace: string): Promise<void> =>
    Promise.resolve(symlinkSync("/tmp/x", join(workspace, ".git/MERGE_MSG")));
  const [left, next] = await leave(link, undefined, own);
  expect(toChanges(left ?? emptyHandoff)).toEqual([[".git", "dangerous"]]);
  const [entry] = next?.entries ?? [];
  expect(entry?.detail).toMatch(/MERGE_MSG.*; it is \.git\/MERGE_MSG\.vaultbox-disabled-\w+ now$/);
});

test("more dangers than are listed are not the user's either", async () => {
  const many = async (workspace: string): Promise<void> => {
    for (let index = 0; index <= 1000; index++) {
      armOther(join(workspace, `${index}`));
    }
  };
  const remove = ({ workspace }: SessionsPlace): Promise<void> => {
    for (let index = 1; index <= 1000; index++)
      rmSync(join(workspace, `${index}`), { recursive: true });
    return Promise.resolve();
  };
  const [left, next] = await leave(many, remove);
  expect(left?.entries.length).toBe(1001);
  expect(toChanges(next ?? emptyHandoff)).toEqual([["0/.hg", "disabled"]]);
});

test("a program that can't be changed loses its owner's rights once it can", async () => {
  await using place = await createSessionsPlace();
  const { paths, workspace } = place;
  const first = await place.open();
  writeFileSync(join(workspace, "p"), "x", { mode: 0o755 });
  await first.end();
  const list = [{ place: join(workspace, "p"), kind: "program" }];
  writeFileSync(join(paths.state, "dangerous.json"), JSON.stringify(list));
  chmodSync(join(workspace, "p"), 0o4755);
  // Older than the next session
  await passClockTick();
  const handoff = await (await place.open()).end();
  expect(toChanges(handoff)).toEqual([["p", "disabled"]]);
  expect(statSync(join(workspace, "p")).mode & 0o7777).toBe(0o755);
  expect(readFileSync(join(paths.state, "dangerous.json"), "utf8")).toBe("[]");
});

test("a damaged list of dangers stops the start, and what is there is disabled all the same", async () => {
  await using place = await createSessionsPlace();
  const running = await place.open();
  await arm(join(place.workspace, "evil"));
  for (const text of ["", "{", "null", "{}"]) {
    writeFileSync(toList(place), text);
    await expect(place.open()).rejects.toMatchObject({ code: "VBX_CONFIG_INVALID" });
  }
  expect(toChanges(await running.end())).toEqual([["evil/.git", "disabled"]]);
});
