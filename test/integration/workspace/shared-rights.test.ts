import { chmodSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { HandoffEntry } from "../../../src/workspace/handoff/handoff.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createWorkspacePlace, runShell } from "../../support/workspace-place.ts";

const user = 1000;
const kind = "what others may write to";

/** What a run's end says of rights, with what was there before it. */
async function endOf(
  before: string,
  during: string,
  { above = 0o711 }: { readonly above?: number } = {},
): Promise<{
  readonly entries: readonly HandoffEntry[];
  readonly toMode: (path: string) => string;
  readonly writable: readonly string[];
}> {
  await using place = createWorkspacePlace(user);
  chmodSync(dirname(place.path), above);
  await runShell(place, before, user);
  process.seteuid?.(user);
  const session = await place.start();
  process.seteuid?.(0);
  await runShell(place, during, user);
  process.seteuid?.(user);
  const handoff = await session.inspect();
  process.seteuid?.(0);
  const found = await runShell(place, "find . -perm /022 ! -type l | sort", user);
  const modes = new Map(
    [".", "src", "shared", ".git", ".git/refs", ".github/workflows"].map((path) => [
      path,
      (statSync(join(place.path, path), { throwIfNoEntry: false })?.mode ?? 0)
        .toString(8)
        .slice(-3),
    ]),
  );
  return {
    entries: handoff?.entries ?? [],
    toMode: (path) => modes.get(path) ?? "",
    writable: found.split("\n").filter((path) => path !== ""),
  };
}

const tree =
  "git init -q .; mkdir -p .github/workflows src; echo x > .github/workflows/a.yml; umask 022";

test("rights to write that a run gave to others are taken back where they lead to what programs run", async () => {
  const given =
    "chmod 777 . .git .git/refs; chmod 666 .git/HEAD; chmod 775 .github .github/workflows";
  const { entries, toMode, writable } = await endOf(tree, given);
  expect(entries.filter((entry) => entry.kind === kind)).toEqual([
    { change: "disabled", kind, path: ".", detail: "was writable for others; it isn't any more" },
  ]);
  expect([".", ".git", ".git/refs", ".github/workflows"].map(toMode)).toEqual([
    "755",
    "755",
    "755",
    "755",
  ]);
  expect(writable).toEqual([]);
  recordScore({
    row: 28,
    test: "folders that others may write to",
    attempts: 6,
    blocked: 6 - writable.length,
    controlSucceeded: 6,
  });
});

test("so are those on what links lead to", async () => {
  const before = `${tree}; mkdir -p docs/a/b rules; echo x > docs/a/b/x; ln -s docs/a .husky
    echo all: > rules/main; ln -s rules/main Makefile`;
  const { entries } = await endOf(before, "chmod 777 docs/a/b rules");
  const told = entries.filter((entry) => entry.kind === kind).map(({ path }) => path);
  expect(told.toSorted()).toEqual(["docs/a/b", "rules"]);
});

test("what was so before, and folders without anything that runs, stay as they are", async () => {
  const before = `${tree}; mkdir shared; echo all: > shared/Makefile; chmod 2775 shared; chmod 757 .git/refs`;
  const during =
    "mkdir -p shared/new data; echo x > shared/new/Makefile; chmod 775 shared/new; chmod 777 data src";
  const { entries, toMode } = await endOf(before, during);
  expect(entries.filter((entry) => entry.kind === kind)).toEqual([]);
  expect(["shared", "src", ".git/refs"].map(toMode)).toEqual(["775", "777", "757"]);
});

test("where nobody else gets as far as the workspace, and of plain use, nothing is said", async () => {
  const closed = await endOf(tree, "chmod 777 . .git", { above: 0o700 });
  expect(closed.entries).toEqual([]);
  const plain = await endOf(
    tree,
    "git -c user.name=a -c user.email=a@b commit --allow-empty -qm x; git gc -q; mkdir new; echo y > new/notes",
  );
  expect(plain.entries).toEqual([]);
});

test("a file that programs go by and that others may write to now is changed", async () => {
  const { entries } = await endOf(`${tree}; echo all: > Makefile`, "chmod 666 Makefile");
  expect(entries).toEqual([{ change: "changed", kind: "make files", path: "Makefile" }]);
});

test("an access control list shows in the mode, and its right to write goes with the mask", async () => {
  const tools = "command -v setfacl > /dev/null || exit 0; ";
  const { entries, writable } = await endOf(tree, `${tools}setfacl -m u:65534:rwx .git .github`);
  const hasAcl = entries.length > 0;
  expect(entries.map(({ path }) => path).toSorted()).toEqual(hasAcl ? [".git", ".github"] : []);
  expect(writable).toEqual([]);
});

test("what the user let the group write to in a repository just before the run stays, and isn't said", async () => {
  const before = `${tree}; (umask 002; echo x > .git/own; mkdir .git/more; echo x > .git/more/own); sleep 0.3`;
  const { entries, writable } = await endOf(before, "umask 002; echo x > .git/made");
  expect(entries.filter((entry) => entry.kind === kind).map(({ path }) => path)).toEqual([
    ".git/made",
  ]);
  expect(writable).toContain("./.git/own");
  expect(writable).toContain("./.git/more/own");
});
