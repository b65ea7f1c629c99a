import { chmodSync, readdirSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createSmallDisk } from "../../support/small-disk.ts";
import { createWorkspacePlace, runShell } from "../../support/workspace-place.ts";

/** Not root, for whom no folder is closed. */
const user = 1000;
const nothing: Handoff = { entries: [], complete: false, tookMs: 0 };

async function asUser<T>(work: () => Promise<T>): Promise<T> {
  process.seteuid?.(user);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** A repository at `$1` whose settings leave the file `RAN` in the workspace. */
const evil = `evil() { git init -q "$1"; rm -rf "$1/.git/hooks"; git -C "$1" config core.worktree ..
git -C "$1" config core.fsmonitor "touch '$W/RAN'; false"; }; W=$PWD`;

interface Left {
  readonly handoff: Handoff;
  /** Whether the host's git ran the sandbox's program */
  readonly ran: boolean;
  /** The same where nothing was held */
  readonly unguarded: boolean;
}

/** What a sandbox leaves that does this, and what a user's git runs afterwards. */
async function leave(lines: string, look: string): Promise<Left> {
  const ranIn = (path: string): boolean => readdirSync(path).includes("RAN");
  await using control = createWorkspacePlace(user);
  await runShell(control, `${evil}; ${lines}; cd "$W"; ${look} || true`, user);
  const unguarded = ranIn(control.path);
  await using place = createWorkspacePlace(user);
  const session = await asUser(() => place.start());
  await runShell(place, `${evil}; ${lines}`, user);
  const handoff = (await asUser(() => session.inspect())) ?? nothing;
  await runShell(place, `W=$PWD; ${look} || true`, user);
  return { handoff, ran: ranIn(place.path), unguarded };
}

describe("a disabled repository is none for whoever goes into it", () => {
  const cases: Readonly<Record<string, readonly [lines: string, look: string]>> = {
    "its folder": ["evil s", "cd s/.git*; git status"],
    "a folder in it": ["evil s", "cd s/.git*/refs; git status"],
    "a module in it": [
      `git init -q s; git init -q --bare s/.git/modules/m; cd s/.git/modules/m; git config core.bare false
      git config core.worktree "$W/s"; git config core.fsmonitor "touch '$W/RAN'; false"`,
      "cd s/.git*/modules/m*; git status",
    ],
    "a module in a module": [
      `evil s; mkdir -p s/.git/modules/a/modules; git init -q --bare s/.git/modules/a; evil t
      mv t/.git s/.git/modules/a/modules/b; git config -f s/.git/modules/a/modules/b/config core.worktree "$W"`,
      "cd s/.git*/modules/a*/modules/b*; git status",
    ],
    "a folder that was closed": [
      "evil s; chmod 0 s/.git",
      "chmod 700 s/.git*; cd s/.git*; git status",
    ],
    "a bare one": [
      "git init -q --bare b; cd b; git config core.bare false; git config core.worktree .; git config core.fsmonitor \"touch '$W/RAN'; false\"",
      "cd b/refs; git status",
    ],
  };

  test.each(Object.entries(cases))(
    "%s",
    async (name, [lines, look]) => {
      const { handoff, ran, unguarded } = await leave(lines, look);
      const isSaid = handoff.entries.some(({ change }) => change === "disabled");
      expect({ name, ran, unguarded, isSaid }).toEqual({
        name,
        ran: false,
        unguarded: true,
        isSaid: true,
      });
      recordScore({
        row: 28,
        test: `git in what is disabled: ${name}`,
        attempts: 1,
        blocked: 1,
        controlSucceeded: 1,
      });
    },
    60_000,
  );
});

test("nobody else gets into what is disabled, and the user's own way back works", async () => {
  await using place = createWorkspacePlace(user);
  const session = await asUser(() => place.start());
  await runShell(place, `${evil}; evil s; chmod -R 777 s`, user);
  await asUser(() => session.inspect());
  const disabled = join(place.path, "s/.git.vaultbox-disabled");
  expect(statSync(disabled).mode & 0o777).toBe(0o700);
  const back =
    "mv s/.git.vaultbox-disabled s/.git; mv s/.git/HEAD.vaultbox-disabled s/.git/HEAD; git -C s status";
  await runShell(place, back, user);
  expect(readdirSync(place.path)).toContain("RAN");
});

test("a repository of which only a part could be taken away is dangerous, not disabled", async () => {
  await using place = createWorkspacePlace(user);
  await runShell(place, "git init -q .", user);
  const session = await asUser(() => place.start());
  await runShell(
    place,
    "cd .git; ln -s /tmp/x MERGE_MSG; mkdir logs; ln -s /tmp/x logs/HEAD",
    user,
  );
  // Nothing in there can be changed by the user
  await runShell(place, "chown root .git/logs");
  const handoff = (await asUser(() => session.inspect())) ?? nothing;
  const [entry] = handoff.entries.filter(({ path }) => path === ".git");
  expect(entry?.change).toBe("dangerous");
  expect(entry?.detail).toMatch(/MERGE_MSG.*; it is \.git\/MERGE_MSG\.vaultbox-disabled-\w+ now$/);
});

test("programs lose their owner's rights wherever they lie, also those that nobody may read", async () => {
  await using place = createWorkspacePlace(user);
  // Others get as far as the workspace
  chmodSync(dirname(place.path), 0o711);
  const session = await asUser(() => place.start());
  const lines = `evil s; for p in s/.git/a b c s/.git/d; do cp /bin/true $p; done; chmod 4755 s/.git/a
    chmod 4011 b; chmod 6111 c; chmod 4000 s/.git/d`;
  await runShell(place, `${evil}; ${lines}`, user);
  const find = "find . -perm /6000 | wc -l";
  const before = Number(await runShell(place, find, user));
  const handoff = (await asUser(() => session.inspect())) ?? nothing;
  const after = Number(await runShell(place, find, user));
  expect([before, after]).toEqual([4, 0]);
  const programs = handoff.entries.filter(({ kind }) => kind.startsWith("programs"));
  expect(programs.map(({ change }) => change)).toEqual([
    "disabled",
    "disabled",
    "disabled",
    "disabled",
  ]);
  recordScore({
    row: 28,
    test: "programs with their owner's rights, unreadable or in what is disabled",
    attempts: before,
    blocked: before - after,
    controlSucceeded: before,
  });
});

test("a repository is disabled on a full disk, in a folder that has no room for a name", async () => {
  await using disk = await createSmallDisk();
  await using place = createWorkspacePlace(user, disk.path);
  const session = await asUser(() => place.start());
  const fill = `mkdir f; for k in 1 2 3 4; do cat /dev/zero > f/big$k; done 2> /dev/null
    i=0; while dd if=/dev/zero of=f/s$i bs=1k count=1 2> /dev/null; do i=$((i+1)); done
    i=0; while [ $i -lt 300 ] && touch s/f$i 2> /dev/null; do i=$((i+1)); done
    i=0; while [ $i -lt 300 ] && touch s/.git/f$i 2> /dev/null; do i=$((i+1)); done; touch s/.git/full || true`;
  // The marker is made where there is room
  await runShell(place, `${evil}; evil s; ${fill}`, user);
  const git = join(place.path, "s/.git");
  expect(() => renameSync(git, `${git}.vaultbox-disabled`)).toThrow("ENOSPC");
  const handoff = (await asUser(() => session.inspect())) ?? nothing;
  const [entry] = handoff.entries.filter(({ path }) => path === "s/.git");
  expect(entry?.change).toBe("disabled");
  // The user makes room
  await runShell(
    place,
    "rm -rf f; git -C s status || true; for d in s/.git*; do (cd $d; git status || true); done",
    user,
  );
  expect(readdirSync(place.path)).not.toContain("RAN");
  // The control: with its HEAD and its name it's armed
  const arm =
    "mv s/.git?* s/.git || mv s/~* s/.git; echo ref: refs/heads/x > s/.git/HEAD; git -C s status || true";
  await runShell(place, arm, user);
  expect(readdirSync(place.path)).toContain("RAN");
  recordScore({ row: 28, test: "full disk", attempts: 1, blocked: 1, controlSucceeded: 1 });
});
