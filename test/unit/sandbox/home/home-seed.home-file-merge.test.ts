import { expect, test } from "vitest";
import type { HomeFile } from "../../../../src/agents/agent-profile.ts";
import { mergeHomeFile } from "../../../../src/sandbox/home/home-seed.ts";

function file(existing: HomeFile["existing"], content: string): HomeFile {
  return { path: ".x", mode: 0o600, content, existing };
}

test("a kept home keeps the agent's own state and gains what this session needs", () => {
  const present = { theme: "light", n: 1, keys: { approved: ["a"] }, projects: { "/a": { x: 1 } } };
  const seeded = { theme: "dark", keys: { approved: ["a", "b"] }, projects: { "/b": { x: 2 } } };
  const merged = mergeHomeFile(file("merge-json", JSON.stringify(seeded)), JSON.stringify(present));
  expect(JSON.parse(merged)).toEqual({
    theme: "dark",
    n: 1,
    keys: { approved: ["a", "b"] },
    projects: { "/a": { x: 1 }, "/b": { x: 2 } },
  });
});

test("`replace` takes the new one", () => {
  expect(mergeHomeFile(file("replace", "new"), "old")).toBe("new");
});

test.each(["", "{", "[]", "null", "7"])("a present file with %j is replaced", (present) => {
  expect(mergeHomeFile(file("merge-json", '{"a":1}'), present)).toBe('{"a":1}');
});

test("a key called __proto__ in the agent's file changes no prototype", () => {
  const merged = mergeHomeFile(file("merge-json", '{"a":1}'), '{"__proto__":{"polluted":true}}');
  expect(JSON.parse(merged)).toHaveProperty("a", 1);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
