import { expect, test } from "vitest";
import { describeImage, mergeImages } from "../../../src/policy/image-settings.ts";

test("flags name the image before the project file, and that before the preferences", () => {
  const flags = { from: "mine", packages: ["jq"], npm: [] };
  const project = { from: "project", packages: ["gh", "jq"], npm: ["pnpm"] };
  expect(mergeImages(flags, project, { from: "preferred" })).toEqual({
    from: "mine",
    packages: ["jq", "gh"],
    npm: ["pnpm"],
  });
  expect(mergeImages({ packages: [], npm: [] }, undefined, { from: "preferred" }).from).toBe(
    "preferred",
  );
  expect(mergeImages({}, undefined, { from: undefined })).toEqual({ packages: [], npm: [] });
});

test("who is asked to trust a project file sees the image and what is added", () => {
  expect(describeImage({ from: "tools:1", packages: [], npm: [] })).toBe("tools:1");
  expect(describeImage({ packages: ["gh", "golang"], npm: ["pnpm"] })).toBe(
    "vaultbox's own, with gh, golang, npm pnpm",
  );
});
