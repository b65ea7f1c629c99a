import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import type { WorkspaceSession } from "../../../src/workspace/workspace-session.ts";
import { recordScore } from "../../support/scoreboard.ts";
import {
  createWorkspacePlace,
  runShell,
  type WorkspacePlace,
} from "../../support/workspace-place.ts";

interface Moved {
  /** What the end of the run that moved it said */
  readonly told: readonly string[];
  readonly hidden: readonly string[];
  readonly notes: readonly string[];
}

function toTold(handoff: Handoff | undefined): readonly string[] {
  const all = handoff?.entries ?? [];
  return all
    .filter(({ kind }) => kind.startsWith("hidden"))
    .map((one) => `${one.path} ${one.change}`);
}

async function end(session: WorkspaceSession): Promise<Handoff | undefined> {
  const handoff = await session.inspect();
  await session.close();
  return handoff;
}

/** What the start after a run hides that does these lines. */
async function move(
  before: string,
  lines: string,
  between: (place: WorkspacePlace) => Promise<unknown> = () => Promise.resolve(),
): Promise<Moved> {
  await using place = createWorkspacePlace();
  await runShell(place, before);
  const first = await place.start();
  await runShell(place, lines);
  const told = toTold(await end(first));
  await between(place);
  const next = await place.start();
  const { hidden = [], notes = [] } = next.mounted() ?? {};
  await end(next);
  // And in each run after it
  const third = await place.start();
  expect(third.mounted()?.hidden).toEqual(hidden);
  await end(third);
  return { told, hidden, notes };
}

const toList = ({ path }: WorkspacePlace): string => join(path, "../home/state/hidden.json");

describe("a hidden file is hidden wherever a sandbox moved it, and the move is told of", () => {
  const cases: Readonly<Record<string, readonly [before: string, lines: string, at: string]>> = {
    "among packages": [
      "mkdir conf; echo CANARY > conf/.env",
      "mkdir node_modules; mv conf node_modules/conf",
      "node_modules/conf/.env",
    ],
    "among packages, with an empty one in its place": [
      "mkdir conf; echo CANARY > conf/.env",
      "mkdir node_modules; mv conf node_modules/conf; mkdir conf; : > conf/.env",
      "node_modules/conf/.env",
    ],
    "out of the path that a rule names": [
      "mkdir -p d/.aws; echo CANARY > d/.aws/credentials",
      "mv d/.aws d/x; mkdir d/.aws; : > d/.aws/credentials",
      "d/x/credentials",
    ],
    "behind git's own names": [
      "git init -q .; mkdir -p .config/gh; echo CANARY > .config/gh/hosts.yml",
      "mv .config/gh .git/x; mkdir .config/gh; : > .config/gh/hosts.yml",
      ".git/x/hosts.yml",
    ],
    "with a folder further out": [
      "mkdir -p a/b/c; echo CANARY > a/b/c/.env",
      "mkdir node_modules; mv a node_modules/z; mkdir -p a/b/c; : > a/b/c/.env",
      "node_modules/z/b/c/.env",
    ],
  };

  test.each(Object.entries(cases))("%s", async (name, [before, lines, at]) => {
    const { told, hidden, notes } = await move(before, lines);
    expect([name, told.length, hidden.includes(at)]).toEqual([name, 1, true]);
    expect(notes).toContainEqual(expect.stringContaining(`${at} is hidden, because it was `));
    // The control: nothing is remembered
    const control = await move(before, lines, (place) => Promise.resolve(rmSync(toList(place))));
    expect(control.hidden.includes(at)).toBe(false);
    recordScore({
      row: 57,
      test: `hidden files that a sandbox moved: ${name}`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: 1,
    });
  });
});

test("what the user puts in a hidden file's place is told of, and hides nothing else", async () => {
  const { told, hidden, notes } = await move(
    "mkdir conf; echo a > conf/.env",
    "echo b > conf/new; mv conf/new conf/.env; echo c > other",
  );
  expect({ told, hidden, notes }).toEqual({
    told: ["conf/.env changed"],
    hidden: ["conf/.env"],
    notes: [],
  });
  const gone = await move(
    "mkdir conf; echo a > conf/.env",
    "rm -r conf; mkdir conf; echo a > conf/x",
  );
  expect(gone).toEqual({ told: ["conf/.env removed"], hidden: [], notes: [] });
});

test("what is back in its place is hidden by its name, and a damaged list stops the start", async () => {
  await using place = createWorkspacePlace();
  await runShell(place, "mkdir conf; echo CANARY > conf/.env");
  await end(await place.start());
  const away = join(place.path, "node_modules");
  mkdirSync(away);
  renameSync(join(place.path, "conf"), join(away, "conf"));
  await end(await place.start());
  renameSync(join(away, "conf"), join(place.path, "conf"));
  const back = await place.start();
  expect(back.mounted()).toMatchObject({ hidden: ["conf/.env"], notes: [] });
  await end(back);
  expect(JSON.parse(readFileSync(toList(place), "utf8"))).toMatchObject([{ path: "conf/.env" }]);
  expect(existsSync(`${toList(place)}.lock`)).toBe(false);
  for (const text of ["", "{}"]) {
    writeFileSync(toList(place), text);
    await expect(place.start()).rejects.toMatchObject({ code: "VBX_CONFIG_INVALID" });
  }
});
