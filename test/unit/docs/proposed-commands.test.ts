import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findIn, listProposedCommands } from "../../support/proposed-commands.ts";

/** A command that texts propose, and what shows that it works, or why nothing does. */
interface Row {
  readonly command: string;
  readonly files: readonly string[];
  readonly tests?: readonly { readonly file: string; readonly title: string }[];
  readonly untested?: string;
}

const table = new URL("../../docs/proposed-commands.json", import.meta.url);
const rows = JSON.parse(readFileSync(table, "utf8")) as readonly Row[];

test("every command that a text of the sources proposes has one row in test/docs/proposed-commands.json", () => {
  const proposed = listProposedCommands().map(({ command, file }) => `${command} (${file})`);
  const inTable = rows.flatMap(({ command, files }) => files.map((file) => `${command} (${file})`));
  expect(proposed.length).toBeGreaterThan(120);
  expect(inTable.toSorted()).toEqual(proposed.toSorted());
});

test("a row names tests that are there and follow the command, or says why none does", () => {
  const missing = rows
    .flatMap(({ tests = [] }) => tests)
    .filter(({ file, title }) => !readText(`../../${file}`).includes(title));
  expect(missing).toEqual([]);
  const undecided = rows.filter(
    ({ tests = [], untested = "" }) => (tests.length === 0) === (untested === ""),
  );
  expect(undecided).toEqual([]);
});

test("what a user is told to run stands behind a colon, so that it's seen where it ends", () => {
  const prose = listProposedCommands().filter(({ command }) =>
    /^vaultbox [a-z ]+ (?:says|shows|lists|takes|writes|removes)\b/.test(command),
  );
  expect(prose).toEqual([]);
});

test("a command is found in texts of every kind (control)", () => {
  const texts = {
    "give it a new secret: vaultbox credential rotate {}": ["vaultbox credential rotate {}"],
    "`git status`, then `git reset --hard` takes it back": ["git status", "git reset --hard"],
    "look at it, then: chmod -R u+rwX {}": ["chmod -R u+rwX {}"],
    "vaultbox prune removes what is left": ["vaultbox prune removes what is left"],
    "git settings that npm scripts read": [],
  };
  expect(Object.keys(texts).map((text) => findIn(text))).toEqual(Object.values(texts));
});

function readText(path: string): string {
  try {
    return readFileSync(new URL(path, import.meta.url), "utf8");
  } catch {
    // No such file: no such test
    return "";
  }
}
