import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { finishDeadSession } from "../../../src/workspace/dead-session.ts";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import { isMadeInSandbox } from "../../../src/workspace/handoff/made-repositories.ts";
import { readRepositoryFacts } from "../../../src/workspace/git-dir/repository-facts.ts";
import { sessionFolder } from "../../../src/base/session-state.ts";
import { git } from "../../support/git.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createSessionsPlace, type SessionsPlace } from "../../support/sessions-place.ts";
import { takeBack } from "../../support/take-back.ts";

async function createRepository(folder: string, program: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await git(folder, "init", "-q", "-b", "main");
  await git(folder, "config", "core.fsmonitor", program);
}

/** What a first session leaves while a second one begins. */
async function plant(folder: string): Promise<void> {
  await createRepository(join(folder, "n"), "evil");
  await writeFile(join(folder, "Makefile"), "all: evil\n");
  await symlink("/etc/passwd", join(folder, "out"));
}

const planted = ["Makefile", "n/.git", "out"];

function pathsOf({ entries }: Handoff): readonly string[] {
  return entries.map(({ path }) => path).toSorted();
}

function disabled({ entries }: Handoff): readonly string[] {
  return entries.filter(({ change }) => change === "disabled").map(({ path }) => path);
}

async function isMade({ paths }: SessionsPlace, folder: string): Promise<boolean> {
  const facts = await readRepositoryFacts(folder);
  if (facts === undefined) throw new Error("no repository there");
  return await isMadeInSandbox(paths, facts);
}

test("a session that begins while another one runs doesn't take what that one left for the user's", async () => {
  await using place = await createSessionsPlace();
  const { workspace } = place;
  await createRepository(join(workspace, "own"), "mine");
  const first = await place.open();
  await plant(workspace);
  const second = await place.open();
  expect(disabled(await first.end())).toEqual(["n/.git"]);
  // The second sandbox gives it back
  takeBack(join(workspace, "n"));
  const handoff = await second.end();
  expect(pathsOf(handoff)).toEqual(planted);
  expect(disabled(handoff)).toEqual(["n/.git"]);
  // The control: what was there before both, and what the user has while no session runs
  takeBack(join(workspace, "n"));
  const third = await place.open();
  const control = await third.end();
  expect(pathsOf(control)).toEqual([]);
  recordScore({
    row: 57,
    test: "what one session left, seen by another one's start",
    attempts: planted.length,
    blocked: pathsOf(handoff).length,
    controlSucceeded: planted.length - pathsOf(control).length,
  });
});

test("of folders that are too deep to be looked into only those are the user's that were there before all sessions", async () => {
  await using place = await createSessionsPlace();
  const { workspace } = place;
  await mkdir(join(workspace, "a/".repeat(210)), { recursive: true });
  await sleep(60);
  const first = await place.open();
  await mkdir(join(workspace, "b/".repeat(210)), { recursive: true });
  const second = await place.open();
  expect(disabled(await second.end())).toEqual([expect.stringMatching(/^(?:b\/)+b$/)]);
  // Once more, as the first one's own: it began before that was held
  expect(disabled(await first.end())).toEqual([
    expect.stringMatching(/^(?:b\/)+b\.vaultbox-disabled/),
  ]);
});

test.each([
  ["", "sub"],
  ["sub", ""],
] as const)(
  "what a session left that died, above or below the workspace, is not the user's for a session that begins: %j",
  async (outer, inner) => {
    await using place = await createSessionsPlace();
    const top = place.workspace;
    await mkdir(join(top, "sub"));
    await createRepository(join(top, "sub/own"), "mine");
    const first = await place.open({ workspace: join(top, outer) });
    await plant(join(top, "sub"));
    await first.die();
    const second = await place.open({ workspace: join(top, inner) });
    const handoff = await second.end();
    const prefix = inner === "" ? "sub/" : "";
    expect(pathsOf(handoff)).toEqual(planted.map((path) => `${prefix}${path}`));
    expect(await isMade(place, join(top, "sub/own"))).toBe(false);
  },
);

test("the remotes that an unprotected sandbox gives the user's repository are not read while it runs", async () => {
  await using place = await createSessionsPlace();
  const { workspace } = place;
  await git(workspace, "init", "-q", "-b", "main");
  await git(workspace, "remote", "add", "origin", "https://git.example.com/own/x.git");
  const session = await place.open({ settings: { protect: "none" } });
  expect(await isMade(place, workspace)).toBe(false);
  await git(workspace, "remote", "set-url", "origin", "https://git.example.com/victim/x.git");
  expect(await isMade(place, workspace)).toBe(true);
  await session.end();
  expect(await isMade(place, workspace)).toBe(true);
});

/** What is found beside and after a session whose record was damaged. */
async function leaveDamaged(damage: (record: string) => Promise<void>) {
  await using place = await createSessionsPlace();
  const { paths, workspace } = place;
  const dead = await place.open();
  await plant(workspace);
  const damaged = join(sessionFolder(paths, dead.id), "workspace.json");
  await damage(damaged);
  // While it runs, and once it has died
  const together = await (await place.open()).end();
  takeBack(join(workspace, "n"));
  await dead.die();
  const handoff = await finishDeadSession({ paths, roots: [workspace], session: dead.id });
  const next = await place.open();
  return { handoff, found: [pathsOf(together), pathsOf(await next.end())] };
}

test.each(["", "{", "null", "{}"])(
  "a session whose record can't be read was not looked at, and what is in its workspace isn't the user's: %j",
  async (text) => {
    const { handoff, found } = await leaveDamaged((record) => writeFile(record, text));
    expect(handoff).toMatchObject({ complete: false, unseen: expect.stringContaining("record") });
    expect(found).toEqual([planted, planted]);
  },
);

test("a session without a record had no sandbox (control)", async () => {
  await expect(leaveDamaged((record) => rm(record))).rejects.toThrow("vaultbox-disabled");
});

test("a folder with a hidden file that a running sandbox moves to where no look goes shows nothing to the next start", async () => {
  const start = async (
    move: (workspace: string) => void,
    { isRunning = true, isKnown = true } = {},
  ): Promise<"refused" | "hidden" | "shown"> => {
    await using place = await createSessionsPlace();
    const { paths, workspace } = place;
    for (const folder of ["d/.aws", "node_modules", "repository/.git"])
      await mkdir(join(workspace, folder), { recursive: true });
    await writeFile(join(workspace, "d/.env"), "SECRET=1\n");
    await writeFile(join(workspace, "d/.aws/credentials"), "secret\n");
    const first = await place.open();
    if (!isRunning) await first.end();
    move(workspace);
    // Of what was moved while nothing was remembered of it, the running session's own record knows
    if (!isKnown) await rm(join(paths.state, "hidden.json"));
    return await place.open().then(
      ({ hidden }) => (hidden.length === 2 ? "hidden" : "shown"),
      (error: unknown) => {
        expect(error).toMatchObject({ code: "VBX_WORKSPACE_UNSAFE" });
        return "refused";
      },
    );
  };
  const rename = (from: string, to: string) => (workspace: string) =>
    renameSync(join(workspace, from), join(workspace, to));
  const moves = [
    rename("d", "node_modules/d"),
    rename("d/.aws", "d/aws"),
    rename("d", "repository/.git/objects"),
  ];
  const hidden = await Promise.all(moves.map((move) => start(move)));
  const refused = await Promise.all(moves.map((move) => start(move, { isKnown: false })));
  // The control: nothing hides them there
  const off = { isRunning: false, isKnown: false };
  const alone = await Promise.all(moves.map((move) => start(move, off)));
  expect([hidden, refused, alone]).toEqual([
    moves.map(() => "hidden"),
    moves.map(() => "refused"),
    moves.map(() => "shown"),
  ]);
  // Where a look finds it, or when the user removed it, it's no reason
  expect(await start(rename("d", "e"))).toBe("hidden");
  expect(await start((workspace) => rmSync(join(workspace, "d/.env")))).toBe("shown");
  recordScore({
    row: 47,
    test: "hidden files, moved with a folder while another session runs",
    attempts: 2 * moves.length,
    blocked: [...hidden, ...refused].filter((one) => one !== "shown").length,
    controlSucceeded: alone.filter((one) => one === "shown").length,
  });
});

test("as many repositories as sessions leave, the next one starts and protects the user's", async () => {
  const leave = async (whose: "looked at" | "not looked at" | "the user's") => {
    await using place = await createSessionsPlace();
    const { workspace } = place;
    await createRepository(join(workspace, "z"), "mine");
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 120; index++) {
        mkdirSync(join(workspace, `n${index}/.git/objects`), { recursive: true });
        mkdirSync(join(workspace, `n${index}/.git/refs`));
        await writeFile(join(workspace, `n${index}/.git/HEAD`), "ref: refs/heads/main\n");
      }
    };
    if (whose === "the user's") await fill();
    const first = await place.open();
    await fill();
    await first.end(whose === "not looked at" ? AbortSignal.abort() : undefined);
    for (let index = 0; index < 120; index++) {
      const folder = join(workspace, `n${index}`);
      const isDisabled = readdirSync(folder).some((name) =>
        name.startsWith(".git.vaultbox-disabled"),
      );
      if (isDisabled) takeBack(folder);
    }
    const next = await place.open();
    const isReserved = (path: string): boolean => existsSync(join(workspace, path, "commondir"));
    const protects = [isReserved("z/.git"), isReserved("n0/.git"), isReserved("n99/.git")];
    // What is made of one that isn't protected
    await git(join(workspace, "n99"), "config", "core.fsmonitor", "evil");
    return { protects, disabled: disabled(await next.end()) };
  };
  const expected = { protects: [true, true, false], disabled: ["n99/.git"] };
  expect(await leave("not looked at")).toEqual(expected);
  expect(await leave("looked at")).toEqual(expected);
  // The control: as many that are the user's
  await expect(leave("the user's")).rejects.toMatchObject({ code: "VBX_WORKSPACE_UNSAFE" });
}, 60_000);

test("a workspace that can't be opened when its session has died is not the user's once it's back", async () => {
  const leave = async (isAway: boolean) => {
    await using place = await createSessionsPlace();
    const { paths, workspace } = place;
    const dead = await place.open();
    await plant(workspace);
    await dead.die();
    if (isAway) renameSync(workspace, `${workspace}-away`);
    const handoff = await finishDeadSession({ paths, session: dead.id, roots: [workspace] });
    await rm(join(paths.sessions, dead.id, "state.json"));
    if (isAway) renameSync(`${workspace}-away`, workspace);
    const next = await (await place.open()).end();
    return { unseen: handoff?.unseen, found: [pathsOf(handoff ?? next), pathsOf(next)] };
  };
  const away = await leave(true);
  expect(away).toEqual({
    unseen: expect.stringContaining("can't be opened"),
    found: [[], planted],
  });
  // The control: what was looked at is not told of again
  expect((await leave(false)).found[0]).toEqual(planted);
  recordScore({
    row: 57,
    test: "a workspace that is away when its dead session is looked at",
    attempts: planted.length,
    blocked: away.found[1]?.length ?? 0,
    controlSucceeded: planted.length,
  });
});
