import fc from "fast-check";
import { expect, test } from "vitest";
import { compileDeniedPaths, findDeniedPath } from "../../../../src/git/entry/denied-path.ts";
import { recordScore } from "../../../support/scoreboard.ts";

const seed = Number(process.env["VAULTBOX_TEST_SEED"] ?? 20_261_121);

test.each([
  [".github/workflows/**", ".github/workflows/ci.yml", true],
  [".github/workflows/**", ".github/workflows/deep/er/ci.yml", true],
  [".github/workflows/**", ".GitHub/WORKFLOWS/ci.yml", true],
  [".github/workflows/**", ".github/workflows", true],
  [".github/workflows/**", ".github", true],
  [".github/workflows/**", ".github/dependabot.yml", false],
  [".github/workflows/**", "docs/.github/workflows/ci.yml", false],
  [".github/workflows/**", ".github/workflows-old/ci.yml", false],
  [".github/workflows/**", ".github\\workflows\\ci.yml", true],
  [".github/workflows/**", ".github/workflows./ci.yml", true],
  [".github/workflows/**", ".git\u200chub/workflows/ci.yml", true],
  [".github/workflows/**", "./.github//workflows/ci.yml", true],
  ["Makefile", "makefile", true],
  ["Makefile", "Makefile/x", true],
  ["Makefile", "src/Makefile", false],
  ["**/Makefile", "src/Makefile", true],
  ["**/Makefile", "Makefile", true],
  ["**/Makefile", "src", false],
  ["*.lock", "yarn.LOCK", true],
  ["*.lock", "src/yarn.lock", false],
  ["src/*/secret", "src/readme.md", false],
  ["src/*/secret", "src", true],
  ["src/*/secret", "src/a/secret/key", true],
  ["caf\u00e9", "cafe\u0301", true],
  ["\u212aey", "key", true],
  ["**", "anything", true],
])("the denied path %j on %j: %s", (pattern, path, denied) => {
  expect(findDeniedPath([pattern], path)).toBe(denied ? pattern : undefined);
});

test("nothing is denied where no path is named, and the pattern that covers a path is named", () => {
  expect(findDeniedPath([], "a")).toBeUndefined();
  expect(findDeniedPath(["b", "a/**", "a"], "a/x")).toBe("a/**");
});

const folder = fc.constantFrom("src", "docs", "ci", "deep", "\u00e9t\u00e9");
const leaf = fc.constantFrom("a.yml", "b.sh", "key");

/** Spellings of a name that some file system takes for the same one. */
function spell(name: string, how: number): string {
  switch (how) {
    case 0:
      return name.toUpperCase();
    case 1:
      return name.normalize("NFD");
    case 2:
      return `${name}.`;
    case 3:
      return `${name.slice(0, 1)}\u200d${name.slice(1)}`;
    case 4:
      return `${name} `;
    default:
      return name;
  }
}

test(
  "no spelling that a file system takes for a denied path gets through, in 20 000 paths",
  { timeout: 60_000 },
  () => {
    const score = { attempts: 0, blocked: 0, controlSucceeded: 0 };
    const missed: string[] = [];
    const arbitrary = fc.tuple(
      fc.array(folder, { minLength: 1, maxLength: 3 }),
      fc.array(folder, { maxLength: 2 }),
      leaf,
      fc.infiniteStream(fc.nat(5)),
    );
    for (const [named, below, file, how] of fc.sample(arbitrary, { numRuns: 20_000, seed })) {
      const pattern = `${named.join("/")}/**`;
      const path = [...named, ...below, file]
        .map((part) => spell(part, how.next().value ?? 5))
        .join("/");
      score.attempts++;
      if (findDeniedPath([pattern], path) === undefined) missed.push(`${pattern} on ${path}`);
      else score.blocked++;
      if (!path.startsWith(`${named.join("/")}/`)) score.controlSucceeded++;
    }
    recordScore({ row: 23, test: "denied paths", ...score });
    expect(missed).toEqual([]);
    expect(score.controlSucceeded).toBeGreaterThan(5000);
  },
);

test("paths that share only a beginning or an end with a denied one are not refused", () => {
  const part = fc.constantFrom("src", "src2", "docs", "Src", "key", "a.yml", "ci");
  const path = fc.array(part, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(path, path, (named, changed) => {
      const lower = (parts: readonly string[]) => parts.map((one) => one.toLowerCase()).join("/");
      const [pattern, asked] = [lower(named), lower(changed)];
      const isSame = `${asked}/`.startsWith(`${pattern}/`) || `${pattern}/`.startsWith(`${asked}/`);
      expect(findDeniedPath([named.join("/")], changed.join("/")) !== undefined).toBe(isSame);
    }),
    { numRuns: 3000 },
  );
});

test("many paths against many patterns cost little", () => {
  const find = compileDeniedPaths(Array.from({ length: 100 }, (_, n) => `**/a/**/b${n}/**/c`));
  const started = performance.now();
  for (let n = 0; n < 2000; n++) expect(find(`${"a/".repeat(20)}${n}`)).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(4000);
});
