import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import { beginSession, endSession, writeState } from "../../../src/base/session-state.ts";
import { defaultWorkspaceSettings } from "../../../src/policy/workspace-settings.ts";
import { finishDeadSession } from "../../../src/workspace/dead-session.ts";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import { isMadeInSandbox } from "../../../src/workspace/handoff/made-repositories.ts";
import {
  listOtherSessions,
  rememberUnscanned,
} from "../../../src/workspace/handoff/unscanned-sessions.ts";
import { readRepositoryFacts } from "../../../src/workspace/git-dir/repository-facts.ts";
import { openWorkspaceSession } from "../../../src/workspace/workspace-session.ts";
import { passClockTick } from "../../support/clock-tick.ts";
import { git } from "../../support/git.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { takeBack } from "../../support/take-back.ts";

/** Two folders, and sessions that have the one for their workspace and the other for a writable mount. */
async function createPlace() {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbr-")));
  const paths = resolvePaths({ VAULTBOX_HOME: join(root, "v") });
  for (const name of ["a", "b"]) await mkdir(join(root, name));
  let sessions = 0;
  const open = async (workspace: string, mounted: readonly string[] = []) => {
    const id = String(++sessions).padStart(12, "0");
    const sources = [workspace, ...mounted];
    const facts = { id, command: [], agent: "", workspace, writable: sources };
    const state = await beginSession(paths, facts);
    const files = openWorkspaceSession({
      paths,
      session: id,
      workspace,
      settings: defaultWorkspaceSettings,
      mounts: mounted.map((source) => ({ source, target: source, readOnly: false })),
      admit: () => Promise.resolve(),
      pin: () => Promise.resolve(),
    });
    const { binds } = await files.mount(await mkdtemp(join(root, "s-")));
    const end = async (signal?: AbortSignal): Promise<Handoff | undefined> => {
      const handoff = await files.inspect(signal);
      await files.close();
      await endSession(paths, state, 0);
      return handoff;
    };
    const die = async (): Promise<void> => {
      await files.close();
      await writeState(paths, { ...state, owner: { ...state.owner, boot: "another" } });
    };
    return { id, binds, end, die };
  };
  const dispose = () => rm(root, { recursive: true, force: true });
  return { paths, a: join(root, "a"), b: join(root, "b"), open, [Symbol.asyncDispose]: dispose };
}

async function makeEvil(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await git(folder, "init", "-q");
  await git(folder, "config", "core.fsmonitor", "evil");
  await git(folder, "remote", "add", "origin", "https://git.example.com/victim/private");
}

const evil = { change: "disabled", kind: "repositories" };

describe("what a session left in one of its folders isn't the user's in the next session there", () => {
  async function isMade({
    paths,
    b,
  }: Pick<Awaited<ReturnType<typeof createPlace>>, "paths" | "b">) {
    const facts = await readRepositoryFacts(join(b, "n"));
    return facts && (await isMadeInSandbox(paths, facts));
  }

  function score(name: string, counts: { attempts: 0 | 1; controlSucceeded: 0 | 1 }): void {
    const test = `what a session leaves in a writable mount: ${name}`;
    recordScore({ row: 57, test, blocked: counts.attempts, ...counts });
  }

  test("when the first one was looked at", async () => {
    await using place = await createPlace();
    const { a, b } = place;
    const first = await place.open(a, [b]);
    await makeEvil(join(b, "n"));
    expect((await first.end())?.entries).toMatchObject([{ ...evil, path: join(b, "n/.git") }]);
    takeBack(join(b, "n"));
    expect(await isMade(place)).toBe(true);
    score("looked at", { attempts: 1, controlSucceeded: 0 });
  });

  test.each(["runs", "died", "was ended by a signal"])("when the first one %s", async (fate) => {
    await using place = await createPlace();
    const { a, b } = place;
    const first = await place.open(a, [b]);
    await makeEvil(join(b, "n"));
    if (fate === "died") await first.die();
    if (fate === "was ended by a signal") await first.end(AbortSignal.abort());
    // A signal ends the look before anything is held that can be looked at later
    if (existsSync(join(b, "n/.git.vaultbox-disabled"))) takeBack(join(b, "n"));
    expect(await isMade(place)).toBe(true);
    const found = await (await place.open(b)).end();
    expect(found?.entries).toMatchObject([{ ...evil, path: "n/.git" }]);
    score(fate, { attempts: 1, controlSucceeded: 0 });
  });

  test("but it is when the user made it before any session (control)", async () => {
    await using place = await createPlace();
    await makeEvil(join(place.b, "n"));
    expect((await (await place.open(place.b)).end())?.entries ?? []).toEqual([]);
    expect(await isMade(place)).toBe(false);
    score("control", { attempts: 0, controlSucceeded: 1 });
  });
});

test("a session that wasn't looked at is remembered until each of its folders was", async () => {
  await using place = await createPlace();
  const { paths, a, b } = place;
  await rememberUnscanned(paths, "aaaaaaaaaaaa", [a, b]);
  const roots = async () => (await listOtherSessions(paths)).map((one) => one.roots);
  expect(await roots()).toEqual([[a, b]]);
  await (await place.open(b)).end();
  expect(await roots()).toEqual([[a]]);
  await (await place.open(a)).end();
  expect(await roots()).toEqual([]);
  // As an earlier version wrote it
  await writeFile(join(paths.state, "unlooked/aaaaaaaaaaaa"), JSON.stringify({ workspace: a }));
  expect(await roots()).toEqual([[a]]);
});

test("a session of an earlier version, which knew of the workspace alone, is looked at", async () => {
  await using place = await createPlace();
  const { paths, a } = place;
  const first = await place.open(a);
  await makeEvil(join(a, "n"));
  await first.die();
  const file = join(paths.sessions, first.id, "workspace.json");
  const { roots, ...record } = JSON.parse(await readFile(file, "utf8")) as {
    readonly roots: readonly [{ readonly baseline: unknown }];
  };
  const { baseline } = roots[0];
  await writeFile(file, JSON.stringify({ ...record, workspace: a, baseline }));
  const handoff = await finishDeadSession({ paths, session: first.id, roots: [a] });
  expect(handoff?.entries).toMatchObject([{ ...evil, path: "n/.git" }]);
});

test("what the user had before in a writable mount is looked at first, however much a sandbox fills the workspace", async () => {
  await using place = await createPlace();
  const { a, b } = place;
  await git(b, "init", "-q");
  const first = await place.open(a, [b]);
  await symlink("/nonexistent/.bashrc", join(b, ".git/COMMIT_EDITMSG"));
  for (let index = 0; index < 200; index++) await writeFile(join(a, `f${index}`), "");
  const handoff = await first.end();
  const text = `leads elsewhere with COMMIT_EDITMSG`;
  expect(handoff?.entries).toMatchObject([{ change: "disabled", path: join(b, ".git") }]);
  expect(handoff?.entries[0]?.detail).toContain(text);
  expect(handoff?.entries[0]?.detail).toContain(
    `${join(b, ".git/COMMIT_EDITMSG")}.vaultbox-disabled-`,
  );
});

test("what is mounted over a writable mount is at the place where the sandbox has it", async () => {
  await using place = await createPlace();
  const { a, b } = place;
  await git(b, "init", "-q");
  await writeFile(join(b, ".env"), "x");
  const opened = await place.open(a, [b]);
  const targets = opened.binds.map(({ target, readOnly }) => `${target} ${readOnly ? "ro" : "rw"}`);
  expect(targets).toEqual(
    expect.arrayContaining([`${b}/.git/config ro`, `${b}/.git/hooks ro`, `${b}/.env ro`]),
  );
  await opened.end();
});

test("a mount of downloaded packages starts as it is, and what is new in it is disabled", async () => {
  await using place = await createPlace();
  const { a } = place;
  const cache = join(place.b, ".cargo/registry");
  await makeEvil(join(cache, "own"));
  // Everything that is there is older than the session
  await passClockTick();
  await writeFile(join(cache, ".env"), "x");
  const opened = await place.open(a, [cache]);
  expect(opened.binds).toEqual([]);
  await makeEvil(join(cache, "new"));
  await writeFile(join(cache, "Makefile"), "");
  const handoff = await opened.end();
  expect(handoff?.entries).toMatchObject([{ ...evil, path: join(cache, "new/.git") }]);
});

test("a script in the workspace that a hook of a repository outside of it is a link to is protected", async () => {
  await using place = await createPlace();
  const { a, b } = place;
  await git(b, "init", "-q");
  await writeFile(join(a, "check.sh"), "");
  await mkdir(join(b, ".git/hooks"), { recursive: true });
  await symlink(join(a, "check.sh"), join(b, ".git/hooks/pre-commit"));
  const opened = await place.open(a, [b]);
  expect(opened.binds).toContainEqual({
    source: join(a, "check.sh"),
    target: join(a, "check.sh"),
    readOnly: true,
  });
  await opened.end();
});
