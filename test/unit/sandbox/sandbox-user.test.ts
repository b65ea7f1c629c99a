import { expect, test } from "vitest";
import { readFirstFile, toOwnedTar, withParents } from "../../../src/sandbox/home/read-archive.ts";
import { toGroup, toPasswd, type SandboxUser } from "../../../src/sandbox/sandbox-user.ts";

const image =
  "root:x:0:0:root:/root:/bin/bash\nnode:x:1000:1000::/home/node:/bin/bash\nagent:x:7:7::/:/bin/sh\nbroken\n";
const user: SandboxUser = {
  uid: 1000,
  gid: 1000,
  userName: "agent",
  groupName: "agent",
  home: "/home/agent",
};
const root: SandboxUser = {
  uid: 0,
  gid: 0,
  userName: "root",
  groupName: "root",
  home: "/home/agent",
};

test("the sandbox's user is in passwd once, by name and by number", () => {
  const lines = toPasswd(image, user).trim().split("\n");
  expect(lines[0]).toBe("agent:x:1000:1000:vaultbox agent:/home/agent:/bin/sh");
  expect(lines.filter((line) => /:1000:1000:|^agent:/.test(line))).toHaveLength(1);
  expect(lines).toContain("root:x:0:0:root:/root:/bin/bash");
  expect(
    toPasswd(image, root)
      .split("\n")
      .filter((line) => line.startsWith("root:")),
  ).toEqual(["root:x:0:0:vaultbox agent:/home/agent:/bin/sh"]);
  expect(toPasswd("", user)).toBe("agent:x:1000:1000:vaultbox agent:/home/agent:/bin/sh\n");
});

test("a group of that number keeps its name, and a missing one is added", () => {
  expect(toGroup("root:x:0:\nnode:x:1000:\n", user)).toBe("root:x:0:\nnode:x:1000:\n");
  expect(toGroup("root:x:0:\nagent:x:5:\n", user)).toBe("agent:x:1000:\nroot:x:0:\n");
});

test("an archive names each directory once, before what is in it, and reads back", () => {
  const files = [
    { path: ".claude/settings.json", mode: 0o600, content: "{}" },
    { path: ".claude/a/b", mode: 0o644, content: "x".repeat(600) },
  ];
  const entries = withParents(files, { root: "agent" });
  expect(entries.map(({ path }) => path)).toEqual([
    "agent/",
    "agent/.claude/",
    "agent/.claude/a/",
    "agent/.claude/settings.json",
    "agent/.claude/a/b",
  ]);
  const tar = toOwnedTar(entries, { uid: 1000, gid: 1000 });
  expect(readFirstFile(tar)).toBe("{}");
  expect(tar.length % 512).toBe(0);
  expect(readFirstFile(Buffer.alloc(1024))).toBeUndefined();
  expect(readFirstFile(Buffer.alloc(10))).toBeUndefined();
});
