import { expect, test } from "vitest";
import { refuseSecondViews } from "../../../src/session/mount-refusals.ts";
import type { MountedRoot } from "../../../src/workspace/roots/mounted-root.ts";

const workspace: MountedRoot = { kind: "workspace", source: "/ws", target: "/ws", writable: true };
const repository: MountedRoot = {
  kind: "repository",
  source: "/main/.git",
  target: "/main/.git",
  writable: true,
};

function toMount(source: string, target: string, mode: string): MountedRoot {
  return { kind: "mount", source, target, writable: mode === "rw" };
}

test("a mount shows nothing of the workspace at another path, unless the user says so", () => {
  const mount = (source: string, target: string) => () =>
    refuseSecondViews([workspace, toMount(source, target, "ro")], ["/ws/k.sock"]);
  expect(mount("/ws/sub", "/x")).toThrow("it is in the workspace");
  expect(mount("/ws/sub", "/ws/other")).toThrow("it is in the workspace");
  expect(mount("/", "/x")).toThrow("the workspace is in it");
  for (const [source, target] of [
    ["/ws/k.sock", "/ws/k.sock"],
    ["/", "/"],
    ["/wsx", "/x"],
    ["/data", "/ws/data"],
  ] as const) {
    expect(mount(source, target)).not.toThrow();
  }
});

test("a repository outside of the workspace, and writable mounts, aren't to be had at a second place", () => {
  const mounts =
    (...all: readonly (readonly [string, string, string])[]) =>
    () =>
      refuseSecondViews([workspace, repository, ...all.map((one) => toMount(...one))], []);
  expect(mounts(["/main/.git/hooks", "/h", "rw"])).toThrow("it is in the repository");
  expect(mounts(["/main/.git", "/main/.git", "ro"])).toThrow("it is in the repository");
  expect(mounts(["/main", "/m", "rw"])).toThrow("could be written to at two places");
  expect(mounts(["/a", "/x", "rw"], ["/a", "/y", "rw"])).toThrow("at two places");
  expect(mounts(["/a", "/x", "rw"], ["/a/b", "/b", "rw"])).toThrow("at two places");
  // Each is hidden at its own place
  expect(mounts(["/main", "/m", "ro"])).not.toThrow();
  expect(mounts(["/main", "/main", "rw"])).not.toThrow();
  expect(mounts(["/a", "/x", "rw"], ["/a/b", "/x/b", "rw"])).not.toThrow();
  expect(mounts(["/a", "/x", "rw"], ["/a", "/y", "ro"])).not.toThrow();
});
