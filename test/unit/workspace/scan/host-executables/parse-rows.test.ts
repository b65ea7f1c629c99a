import { expect, test } from "vitest";
import { parseHostExecutables } from "../../../../../src/workspace/scan/host-executables/parse-rows.ts";

test("a row may go on in further lines, and a comment is no row", () => {
  const rows = parseHostExecutables(`
npm scripts
  npm | package.json
      package.yaml | npm help 7 scripts
# Why the next ones count
Yarn settings
  # Why this one counts
  Yarn | .yarn/releases/ *.cjs |
      yarnpkg.com
`);

  expect(rows).toEqual([
    {
      kind: "npm scripts",
      tool: "npm",
      patterns: "package.json package.yaml",
      source: "npm help 7 scripts",
    },
    {
      kind: "Yarn settings",
      tool: "Yarn",
      patterns: ".yarn/releases/ *.cjs",
      source: "yarnpkg.com",
    },
  ]);
});
