import { expect, test } from "vitest";
import { findPresetFor } from "../../../src/presets/presets.ts";

const header = (name: string, value = ""): Parameters<typeof findPresetFor>[1] => ({
  kind: "header",
  name,
  value,
});

test.each([
  ["api.anthropic.com", header("x-api-key"), "anthropic"],
  ["api.anthropic.com", header("Authorization", "Bearer x"), "anthropic-oauth"],
  ["api.openai.com", header("authorization", "Bearer x"), "openai"],
  ["github.com", header("Authorization", "Basic eA=="), "github"],
  ["gitlab.com", header("PRIVATE-TOKEN"), "gitlab"],
  ["api.github.com", header("X-Something"), "github"],
  ["api.example.com", header("Authorization", "Bearer x"), undefined],
  ["api.github.com", { kind: "target" }, "github"],
] as const)(
  "a client's own key is told which preset keeps it in a vault, by its host and its header: %j",
  (host, place, name) => {
    expect(findPresetFor(host, place)).toBe(name);
  },
);
