import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");

test("no test replaces a module, since files that share a process have loaded it already", () => {
  const files = globSync("test/{unit,integration}/**/*.test.{ts,tsx}", { cwd: root });
  const replacing = /^\s*vi\.(?:mock|doMock)\(/m;
  expect(files.filter((file) => replacing.test(readFileSync(join(root, file), "utf8")))).toEqual(
    [],
  );
  expect(files.length).toBeGreaterThan(100);
  expect('\nvi.mock("./a.ts")').toMatch(replacing);
});
