import { lstat, mkdir, readlink, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { recordScore } from "../../support/scoreboard.ts";
import { createWorkspaceFolder, writeInto } from "../../support/workspace-folder.ts";

/** A link, or the content of a file. */
type Made = { readonly link: string } | string;

interface LinkCase {
  readonly what: string;
  readonly before: Readonly<Record<string, Made>>;
  readonly after: Readonly<Record<string, Made>>;
  /** Changes and paths that the hand-off must name */
  readonly told: readonly string[];
}

const cases: readonly LinkCase[] = [
  {
    what: "a make file that is a link",
    before: { "shared/main.rules": "one", Makefile: { link: "shared/main.rules" } },
    after: { "shared/main.rules": "two" },
    told: ["changed Makefile"],
  },
  {
    what: "instructions through two links and a folder that is one",
    before: {
      "a/b/rules.txt": "one",
      way: { link: "a" },
      hop: { link: "way/b/rules.txt" },
      "CLAUDE.md": { link: "./hop" },
    },
    after: { "a/b/rules.txt": "two" },
    told: ["changed CLAUDE.md"],
  },
  {
    what: "a link whose end is exchanged on the way",
    before: { "a/x": "one", "b/x": "two", way: { link: "a" }, "AGENTS.md": { link: "way/x" } },
    after: { way: { link: "b" } },
    told: ["changed AGENTS.md"],
  },
  {
    what: "a link that led nowhere",
    before: { Justfile: { link: "later/rules" } },
    after: { "later/rules": "two" },
    told: ["changed Justfile"],
  },
  {
    what: "a folder of workflows that is a link",
    before: { "wf/a.yml": "one", ".github/workflows": { link: "../wf" } },
    after: { "wf/a.yml": "two", "wf/b.yml": "on: push" },
    told: ["changed .github/workflows/a.yml", "new .github/workflows/b.yml"],
  },
  {
    what: "a link in a folder of hooks that is a link",
    before: {
      "x/readme": "one",
      "y/run.sh": "one",
      ".husky": { link: "x" },
      "x/more": { link: "../y" },
    },
    after: { "y/run.sh": "two" },
    told: ["changed .husky/more/run.sh"],
  },
  {
    what: "a link to a folder in a folder of hooks",
    before: { "y/run.sh": "one", ".husky/pre-commit": "one", ".husky/more": { link: "../y" } },
    after: { "y/run.sh": "two" },
    told: ["changed .husky/more/run.sh"],
  },
  {
    what: "folders that are links to each other",
    before: {
      "x/y": { link: "../y" },
      "y/x": { link: "../x" },
      "y/tasks.json": "one",
      ".vscode": { link: "x" },
    },
    after: { "y/tasks.json": "two" },
    told: ["changed .vscode/y/tasks.json"],
  },
  {
    what: "programs in a .bin that is a new link",
    before: { "node_modules/a/index.js": "one" },
    after: { "docs/bin/tool": "two", "node_modules/.bin": { link: "../docs/bin" } },
    told: ["new node_modules/.bin", "new node_modules/.bin/tool"],
  },
  {
    what: "a .bin that was there",
    before: { "node_modules/.bin/tool": "one" },
    after: { "docs/bin/tool": "two", "node_modules/.bin": { link: "../docs/bin" } },
    told: ["new node_modules/.bin", "changed node_modules/.bin/tool"],
  },
  {
    what: "a program in .bin that is a link",
    before: { "node_modules/a/cli.js": "one", "node_modules/.bin/a": { link: "../a/cli.js" } },
    after: { "node_modules/a/cli.js": "two" },
    told: ["changed node_modules/.bin/a"],
  },
  {
    what: "a virtual environment's programs",
    before: { ".venv/pyvenv.cfg": "one", ".venv/bin/python": "one" },
    after: { "docs/vb/python": "two", ".venv/bin": { link: "../docs/vb" } },
    told: ["new .venv/bin", "changed .venv/bin/python"],
  },
  {
    what: "an editor's folder that was there",
    before: { ".vscode/tasks.json": "one" },
    after: { "docs/b/tasks.json": "two", ".vscode": { link: "docs/b" } },
    told: ["new .vscode", "changed .vscode/tasks.json"],
  },
  {
    what: "where a link leaves the workspace on its second step",
    before: { ".git/hop": { link: "/var/one" }, GNUmakefile: { link: ".git/hop" } },
    after: { ".git/hop": { link: "/var/two" } },
    told: ["changed GNUmakefile"],
  },
];

async function make(workspace: string, files: LinkCase["before"]): Promise<void> {
  for (const [path, made] of Object.entries(files)) {
    if (typeof made === "string") {
      await writeInto(workspace, path, made);
      continue;
    }
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await rm(join(workspace, path), { recursive: true, force: true });
    await symlink(made.link, join(workspace, path));
  }
}

/** What a look sees that compares links by their texts: whether none of the links that were there is another one. */
async function isTextSame(workspace: string, { before }: LinkCase): Promise<boolean> {
  for (const [path, made] of Object.entries(before)) {
    if (typeof made === "string" || path === "way" || path === ".git/hop") continue;
    const there = join(workspace, path);
    if (!(await lstat(there)).isSymbolicLink() || (await readlink(there)) !== made.link)
      return false;
  }
  return true;
}

test.each(cases)(
  "what a name leads to through links of the workspace is compared, and not the text of the link: $what",
  async (one) => {
    await using folder = await createWorkspaceFolder();
    const { workspace, during } = folder;
    await make(workspace, one.before);
    const { entries, complete } = await during(() => make(workspace, one.after));
    const told = entries.map(({ change, path }) => `${change} ${path}`);
    expect(told, one.what).toEqual(expect.arrayContaining([...one.told]));
    expect(complete, one.what).toBe(true);
    const isControl = await isTextSame(workspace, one);
    const quiet = await during(() => Promise.resolve());
    expect(quiet.entries, one.what).toEqual([]);
    recordScore({
      row: 31,
      test: `files that a known name leads to through links: ${one.what}`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: isControl ? 1 : 0,
    });
  },
);

test("more links to folders than are followed are said, and don't keep the next run from starting", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await writeInto(workspace, "docs/tasks.json", "one");
  const many = (count: number) => async (): Promise<void> => {
    const names = Array.from({ length: count }, (_, index) => `p${index}/.vscode`);
    await make(workspace, Object.fromEntries(names.map((path) => [path, { link: "../docs" }])));
  };
  expect((await during(many(200))).complete).toBe(true);
  expect((await during(many(201))).complete).toBe(false);
  expect((await during(() => Promise.resolve())).complete).toBe(false);
});
