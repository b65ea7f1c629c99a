import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const source = join(import.meta.dirname, "../../../src");

test("what lies in the state folder is named in one list: what uninstall removes is that list", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  const others = files
    .filter((file) => file.endsWith(".ts") && file !== "base/state-folder.ts")
    .filter((file) =>
      /join\(\s*(?:\w+\.)*state(?:Folder)?,/.test(readFileSync(join(source, file), "utf8")),
    );
  expect(others).toEqual([]);
});
