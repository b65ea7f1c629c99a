import { join } from "node:path";
import { expect, test } from "vitest";
import { readHomeFolder } from "../../../../src/base/home-folder.ts";
import { parseMount } from "../../../../src/sandbox/mounts/mount-flags.ts";

test("a mount is read-only unless it says rw", () => {
  expect(parseMount("/a:/b")).toEqual({ source: "/a", target: "/b", readOnly: true });
  expect(parseMount("/a:/b:rw")).toEqual({ source: "/a", target: "/b", readOnly: false });
  expect(parseMount("/a:ro")).toEqual({ source: "/a", target: undefined, readOnly: true });
  expect(parseMount("/a:/b/../c").target).toBe("/c");
});

test.each(["", ":/b", "/a:b", "/a:/b:rx", "/a:/b:/c:rw", "/a:~b", "/a:.claude"])(
  "%j is no mount",
  (bad) => {
    expect(() => parseMount(bad)).toThrow("cannot read the mount");
  },
);

test("a tilde is the user's home on the left and the sandbox's on the right", () => {
  expect(parseMount("~/.claude/CLAUDE.md:~/.claude/CLAUDE.md:ro")).toEqual({
    source: join(readHomeFolder(), ".claude/CLAUDE.md"),
    target: "/home/agent/.claude/CLAUDE.md",
    readOnly: true,
  });
  expect(parseMount("/a:~").target).toBe("/home/agent");
  // Only as a shell takes it: at the beginning, and alone
  expect(parseMount("/a/~/b:/c/~").target).toBe("/c/~");
  expect(parseMount("/a/~b").source).toBe("/a/~b");
});
