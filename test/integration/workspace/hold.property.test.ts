import fc from "fast-check";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createWorkspacePlace, runShell } from "../../support/workspace-place.ts";

const user = 1000;
const nothing: Handoff = { entries: [], complete: false, tookMs: 0 };

/** Arms the repository whose folder is `$1`: git in it, or where its work tree is, leaves `RAN-NAME`. */
const arm = `arm() { rm -rf "$1/hooks"; git config -f "$1/config" core.bare false; git config -f "$1/config" core.worktree "$3"
git config -f "$1/config" core.fsmonitor "touch '$W/RAN-$2'; false"; }; W=$PWD`;

/** Shell lines that make one in `$N`, each another kind of repository. */
const shapes = {
  folder: `git init -q $N; arm $N/.git $N "$W/$N"`,
  "folder and links": `git init -q $N; arm $N/.git $N "$W/$N"; ln -s ../elsewhere $N/.git/MERGE_MSG`,
  "other case": `git init -q $N; mv $N/.git $N/.GIT; arm $N/.GIT $N "$W/$N"; cp -r $N/.GIT $N/.git`,
  bare: `git init -q --bare $N; arm $N $N "$W/$N"`,
  "bare, more than one HEAD": `git init -q --bare $N; arm $N $N "$W/$N"; for h in head Head HEAD. HEaD..; do cp $N/HEAD $N/$h; done`,
  "bare, HEAD a link": `git init -q --bare $N; arm $N $N "$W/$N"; git -C $N config core.worktree "$W/$N"; rm $N/HEAD; ln -s refs/heads/main $N/HEAD`,
  "file to a bare one": `mkdir $N; git init -q --bare $N/store; arm $N/store $N "$W/$N/t"; mkdir $N/t; echo "gitdir: ../store" > $N/t/.git`,
  module: `git init -q $N; git init -q --bare $N/.git/modules/m; arm $N/.git/modules/m $N "$W/$N/m"; mkdir $N/m; echo "gitdir: ../.git/modules/m" > $N/m/.git`,
  "module in a bare one": `git init -q --bare $N; git init -q --bare $N/modules/m; arm $N/modules/m $N "$W/$N"`,
  "linked work tree": `git init -q $N; git -C $N commit -q --allow-empty -m x; git -C $N worktree add -q "$W/$N-t"; git -C $N config core.fsmonitor "touch '$W/RAN-$N'; false"`,
} as const;

/** What is done to it afterwards, by root in place of a file system that refuses. */
const obstacles = {
  none: "true",
  "nobody may rename it": "chown root $N; chmod 755 $N",
  "its folder is closed": "chmod 0 $N/.git || true",
  "its folder is somebody else's":
    "chown root $N $N/.git; chmod 755 $N $N/.git; git config --system --get-all safe.directory || true",
} as const;

const repository = fc.record({
  shape: fc.constantFrom(...(Object.keys(shapes) as (keyof typeof shapes)[])),
  obstacle: fc.constantFrom(...(Object.keys(obstacles) as (keyof typeof obstacles)[])),
});

/** Always as many in a workspace: the scoreboard says the same of each run. */
const repositories = fc.array(repository, { minLength: 3, maxLength: 3 });

/** Runs the host's git in every folder there is, also in what is held. */
const look = `find . -type d -print0 | while IFS= read -r -d '' d; do git -C "$d" -c safe.directory='*' status || true; done > /dev/null 2>&1`;

function ran(path: string): readonly string[] {
  return readdirSync(path).filter((name) => name.startsWith("RAN-"));
}

test("for any repositories git runs nothing after the hold, or the report says that it's dangerous", async () => {
  let attempts = 0;
  let controlSucceeded = 0;
  let unsaid = 0;
  await fc.assert(
    fc.asyncProperty(repositories, async (all) => {
      const plant = all.map(({ shape }, index) => `N=r${index}; ${shapes[shape]}`).join("\n");
      const hinder = all.map(({ obstacle }, index) => `N=r${index}; ${obstacles[obstacle]}`);
      await using control = createWorkspacePlace(user);
      await runShell(control, `${arm}; ${plant}`, user);
      await runShell(control, look, user);
      await using place = createWorkspacePlace(user);
      process.seteuid?.(user);
      const session = await place.start().finally(() => process.seteuid?.(0));
      await runShell(place, `${arm}; ${plant}`, user);
      await runShell(place, hinder.join("\n")).catch(() => undefined);
      process.seteuid?.(user);
      const handoff = (await session.inspect().finally(() => process.seteuid?.(0))) ?? nothing;
      await runShell(place, look, user);
      const dangerous = handoff.entries.filter(({ change }) => change === "dangerous");
      const isSaid = (name: string): boolean =>
        dangerous.some(({ path }) => path.startsWith(name.slice("RAN-".length)));
      attempts += all.length;
      controlSucceeded += ran(control.path).length;
      const left = ran(place.path).filter((name) => !isSaid(name));
      unsaid += left.length;
      expect(left, JSON.stringify({ all, entries: handoff.entries })).toEqual([]);
    }),
    { numRuns: 25 },
  );
  recordScore({
    row: 28,
    test: "random repositories after a hold",
    attempts,
    blocked: attempts - unsaid,
    controlSucceeded,
  });
  expect(controlSucceeded).toBeGreaterThan(attempts / 2);
}, 180_000);
