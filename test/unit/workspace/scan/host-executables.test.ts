import { expect, test } from "vitest";
import type { HostExecutableRow } from "../../../../src/workspace/scan/host-executables/parse-rows.ts";
import {
  compiledKinds,
  hostExecutableKinds,
} from "../../../../src/workspace/scan/host-executables/tables.ts";
import { createExecutableTable } from "../../../../src/workspace/scan/executable-table.ts";
import { listRowsWithExamples, toExamples } from "../../../support/host-file-examples.ts";
import { recordScore } from "../../../support/scoreboard.ts";

/** The kind that a table says of a path. */
function kindIn(rows: readonly HostExecutableRow[], path: string): string | undefined {
  const names = path.split("/");
  const table = createExecutableTable(rows);
  return table.findKind(table.toFolder(names.slice(0, -1)), names.at(-1) ?? "");
}

/** Patterns that none of the row's examples is found by. */
function findDead(row: RowWithExamples): readonly string[] {
  return row.patterns.split(" ").filter((pattern) => {
    const alone = [{ ...row, patterns: pattern }];
    return toExamples(row).every((path) => kindIn(alone, `deep/in/${path}`) === undefined);
  });
}

/** Examples that another row takes. */
function findShadowed(rows: readonly RowWithExamples[]): readonly string[] {
  const table = createExecutableTable(rows);
  return rows.flatMap((one) =>
    toExamples(one).flatMap((path) => {
      const names = ["deep", ...path.split("/")];
      const found = table.findKind(table.toFolder(names.slice(0, -1)), names.at(-1) ?? "");
      return found === one.kind ? [] : [`${one.tool}: ${path} is ${found ?? "nothing"}`];
    }),
  );
}

interface RowWithExamples extends HostExecutableRow {
  readonly examples?: string;
}

const row = (patterns: string, examples: string, kind = "x"): RowWithExamples => ({
  kind,
  tool: "x",
  patterns,
  examples,
  source: "x(1)",
});

test("every pattern finds an example of its row, wherever the folder lies", () => {
  expect([...hostExecutableKinds, ...compiledKinds].flatMap(findDead)).toEqual([]);
  // The control: a name with a folder in it, in a list of last names, matched nothing
  expect(findDead(row("fish/*.fish a*b", "fish/config.fish"))).toEqual(["a*b"]);
});

test("examples are given for rows that are there", () => {
  const rows = new Set(
    [...hostExecutableKinds, ...compiledKinds].map((one) => `${one.kind} | ${one.tool}`),
  );
  expect(listRowsWithExamples().filter((one) => !rows.has(one))).toEqual([]);
});

test("no row takes what another one says", () => {
  expect(findShadowed(hostExecutableKinds)).toEqual([]);
  const shadowing = [row("a.json", "a.json", "one"), row("*.json", "a.json", "two")];
  expect(findShadowed(shadowing)).toEqual(["x: a.json is one"]);
});

test("no pattern is written twice, in capitals, or with two asterisks in its name", () => {
  const all = hostExecutableKinds.flatMap(({ patterns }) => patterns.split(" "));
  expect(all.filter((one, index) => all.indexOf(one) !== index)).toEqual([]);
  expect(all.filter((one) => one !== one.toLowerCase() || one === "")).toEqual([]);
  expect(all.filter((one) => (one.split("/").at(-1)?.split("*").length ?? 0) > 2)).toEqual([]);
  // A folder in front of a name is written out, so that a path's end decides
  expect(all.filter((one) => !one.endsWith("/") && /\*.*\//.test(one))).toEqual([]);
});

test.each([...hostExecutableKinds, ...compiledKinds])(
  "every row says which tool it is about and where its documentation says so: $tool",
  ({ tool, source }) => {
    expect(tool).not.toBe("");
    expect(source).toMatch(
      /^(?:[\w.-]+\.[a-z]{2,}(?:[/,#].*)?|[\w.+-]+\(\d\).*|npm help .+|gem help .+|docs\/.+|.+ User Guide, .+)$/,
    );
    expect(source).not.toMatch(/^https?:/);
  },
);

test("a name in other letters that its file system takes for the same is found too", () => {
  const table = createExecutableTable(hostExecutableKinds);
  // The last one is the sign for kelvin, whose small letter is a `k`
  const spellings = [
    (name: string) => name.toUpperCase(),
    (name: string) => name.replace(/k/i, "\u212a"),
  ];
  const missed = hostExecutableKinds.flatMap((one) =>
    toExamples(one).flatMap((path) => {
      const names = path.split("/");
      const folder = table.toFolder(names.slice(0, -1));
      const name = names.at(-1) ?? "";
      const kind = table.findKind(folder, name.toLowerCase());
      const others = spellings
        .map((spell) => spell(name))
        .filter((other) => other.toLowerCase() === name.toLowerCase());
      return others.filter((other) => table.findKind(folder, other) !== kind);
    }),
  );
  expect(missed).toEqual([]);
});

test("all examples are found, and ordinary files are not", () => {
  const table = createExecutableTable(hostExecutableKinds);
  const examples = hostExecutableKinds.flatMap((one) =>
    toExamples(one).map((path) => path.split("/")),
  );
  const found = examples.filter(
    (names) => table.findKind(table.toFolder(names.slice(0, -1)), names.at(-1) ?? "") !== undefined,
  );
  expect(found.length).toBe(examples.length);
  // As docs/workspace.md says
  expect(hostExecutableKinds.length).toBeGreaterThanOrEqual(500);
  expect(examples.length).toBeGreaterThan(3000);
  expect(new Set(hostExecutableKinds.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(60);
  const ordinary = [
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "docs/guide.md",
    "docs/index.html",
    "src/main.ts",
    "src/app.js",
    "src/index.tsx",
    "src/lib.rs",
    "src/main.c",
    "include/a.h",
    "src/main.go",
    "src/main_test.go",
    "lib/a.rb",
    "app/models/user.rb",
    "src/Main.java",
    "src/Main.kt",
    "src/Program.cs",
    "src/main.py",
    "src/a/__init__.py",
    "tests/test_main.py",
    "test/main.test.ts",
    "src/a.spec.ts",
    "a.css",
    "a.scss",
    "a.svg",
    "a.png",
    "data.csv",
    "data.json",
    "locales/en.json",
    "a.sql",
    "notes.txt",
    "a.log",
    "a.lock",
    ".gitignore",
    "a.xml",
    "a.html",
    "a.proto",
    "src/a.vue",
    "src/a.svelte",
    "a.ipynb",
    "a.pdf",
    "lib/main.dart",
    "src/a.php",
    "a.yml",
    "config/a.yaml",
    "src/a.ex",
    "src/a.hs",
    "src/a.ml",
    "src/a.lua",
    "src/a.swift",
    "a.zip",
    "a.wasm",
    "src/config.ts",
    "src/rc.ts",
    "src/environment.ts",
    "src/bin/main.rs",
    "src/hooks/use-a.ts",
    "src/agents/a.ts",
    "public/index.html",
  ];
  const wrong = ordinary.filter((path) => kindIn(hostExecutableKinds, path) !== undefined);
  expect(wrong).toEqual([]);
  recordScore({
    row: 46,
    test: "paths that the documentation of a tool names",
    attempts: examples.length,
    blocked: found.length,
    // Of a list that knows git's own folder only
    controlSucceeded: examples.filter(([first]) => first !== ".git").length,
  });
});

test.each(["CLAUDE.MD", "a/.VSCODE/tasks.json", "MAKEFILE", "App.CSPROJ"])(
  "names are found in any case of letters: %j",
  (path) => {
    expect(kindIn(hostExecutableKinds, path)).toBeDefined();
  },
);
