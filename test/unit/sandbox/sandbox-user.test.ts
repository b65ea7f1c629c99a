import { expect, test } from "vitest";
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
