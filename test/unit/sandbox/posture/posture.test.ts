import { expect, test } from "vitest";
import type { ContainerFacts } from "../../../../src/engine/engine.ts";
import { parseInsideFacts } from "../../../../src/sandbox/posture/inside-facts.ts";
import type { PostureExpectation } from "../../../../src/sandbox/posture/expected-mounts.ts";
import { evaluatePosture, refuseUnsafe } from "../../../../src/sandbox/posture/posture.ts";

const goodLines = [
  "status Uid:\t1000\t1000\t1000\t1000",
  "status Gid:\t1000\t1000\t1000\t1000",
  "status Groups:\t1000 ",
  "status CapInh:\t0000000000000000",
  "status CapPrm:\t0000000000000000",
  "status CapEff:\t0000000000000000",
  "status CapBnd:\t0000000000000000",
  "status CapAmb:\t0000000000000000",
  "status NoNewPrivs:\t1",
  "status Seccomp:\t2",
  "net Inter-|   Receive",
  "net  face |bytes",
  "net     lo:       0       0",
  "route4 Iface\tDestination",
  "route6 0000 00 0000 00 0000 ffffffff 00000001 00000000 00200200       lo",
  "resolv nameserver 127.3.1.28",
  "mount overlay / overlay ro,relatime 0 0",
  "mount proc /proc proc rw,nosuid 0 0",
  "mount tmpfs /proc/keys tmpfs rw 0 0",
  "mount /dev/vda /work\\040space ext4 rw,relatime 0 0",
  "mount tmpfs /tmp tmpfs rw 0 0",
  "pids 100",
  "memory 1073741824",
  "dev /dev/null",
  "dev /dev/pts",
  "home writable",
  "filter marked",
] as const;

const container: ContainerFacts = {
  id: "a",
  name: "a",
  image: "i",
  labels: {},
  running: true,
  pid: 0,
  outOfMemory: false,
  networkMode: "container:relay",
  networks: [],
  publishedPorts: 0,
  privileged: false,
  capAdd: [],
  capDrop: ["ALL"],
  securityOptions: ["no-new-privileges", "seccomp={}"],
  readOnlyRoot: true,
  pidMode: "",
  ipcMode: "private",
  utsMode: "",
  usernsMode: "",
  devices: 0,
  pidsLimit: 100,
  memoryBytes: 1073741824,
  user: "1000:1000",
  env: [],
  mounts: [{ source: "/w", target: "/work space", readOnly: false, type: "bind" }],
};

const relay: ContainerFacts = { ...container, networkMode: "none", networks: ["none"], mounts: [] };

const expected: PostureExpectation = {
  uid: 1000,
  gid: 1000,
  memoryBytes: 1073741824,
  pids: 100,
  relayId: "relay",
  seccomp: "{}",
  writableTargets: ["/work space", "/tmp"],
  mountTargets: ["/work space"],
  shownAgain: [],
  sources: [],
  bootId: undefined,
  covered: [],
};

const pinned = [
  "mountinfo 50 49 254:0 /home/me/work /work\\040space rw - ext4 /dev/vda rw",
  "mountinfo 51 50 254:0 /home/me/work/.git /work\\040space/.git rw - ext4 /dev/vda rw",
];

test("a mount over the workspace that shows something from elsewhere fails", () => {
  const again = { ...expected, shownAgain: [{ target: "/work space/.git", base: "/work space" }] };
  const failed = (lines: readonly string[]): readonly string[] =>
    evaluatePosture(
      {
        inside: parseInsideFacts([...goodLines, ...lines]),
        agent: container,
        relay,
        relayIsFiltered: true,
      },
      again,
    ).flatMap(({ name, holds }) => (holds ? [] : [name]));
  const name = "what is mounted over the workspace is the workspace's";
  expect(failed(pinned)).toEqual([]);
  // A link was put in its place before the engine mounted it
  expect(failed(pinned.map((line) => line.replace("/work/.git", "/.ssh")))).toEqual([name]);
  expect(failed(pinned.map((line) => line.replace("51 50 254:0", "51 50 254:1")))).toEqual([name]);
  expect(failed(pinned.slice(0, 1))).toEqual([name]);
  expect(failed([])).toEqual([name]);
});

const checked = [
  "boot b",
  "source 0 pos:\t0",
  "source 0 mnt_id:\t50",
  "source 0 ino:\t7",
  ...pinned.slice(0, 1),
];

function failedOfSources(
  lines: readonly string[],
  change: Partial<PostureExpectation> = {},
): readonly string[] {
  const origin = { device: "254:0", root: "/home/me/work", inode: "7" };
  const sources = [{ target: "/work space", origin }];
  const inside = parseInsideFacts([...goodLines, ...lines]);
  const facts = { inside, agent: container, relay, relayIsFiltered: true };
  const all = evaluatePosture(facts, { ...expected, sources, bootId: "b", ...change });
  return all.flatMap(({ name, holds }) => (holds ? [] : [name]));
}

test("a mount that shows something else than what was checked fails, by file system, path or inode", () => {
  const name = "what is mounted is what was checked";
  const with_ = (from: string, to: string) => checked.map((line) => line.replace(from, to));
  expect(failedOfSources(checked)).toEqual([]);
  expect(failedOfSources(with_("/home/me/work", "/home/me/.ssh"))).toEqual([name]);
  expect(failedOfSources(with_("254:0", "254:1"))).toEqual([name]);
  expect(failedOfSources(with_("ino:\t7", "ino:\t8"))).toEqual([name]);
  expect(failedOfSources(["boot b"])).toEqual([name]);
  // Before Linux 5.14 there is no inode; where the sandbox may not read it, neither
  expect(failedOfSources(checked.filter((line) => !line.includes("ino:")))).toEqual([]);
  expect(
    failedOfSources(with_("254:0", "254:1").filter((line) => !line.includes("source"))),
  ).toEqual([name]);
  // Another kernel has other numbers
  expect(failedOfSources(with_("boot b", "boot c").slice(0, 1))).toEqual([]);
  expect(failedOfSources([], { bootId: undefined })).toEqual([]);
});

test("a place that must be covered and has no mount fails", () => {
  const covered = [{ target: "/work space/.env" }];
  const mask = "mountinfo 51 50 254:0 /empty /work\\040space/.env ro - ext4 /dev/vda rw";
  expect(failedOfSources([...checked, mask], { covered })).toEqual([]);
  expect(failedOfSources(checked, { covered })).toEqual(["everything that is to be covered is"]);
  const elsewhere = mask.replace("/.env", "/x/.env");
  expect(failedOfSources([...checked, elsewhere], { covered })).toHaveLength(1);
});

test("a place that is covered in another folder than was looked at fails, by inode, file system or mount", () => {
  const around = { device: "254:0", root: "/home/me/work/d", inode: "8" };
  const place = { target: "/work space/d/.env", around, shows: "/s/shown/0" };
  const covered = [{ target: "/work space/plain" }, place];
  const lines = [
    ...checked,
    "mountinfo 51 50 0:5 /run/s/shown/0 /work\\040space/d/.env ro - tmpfs tmpfs rw",
    "mountinfo 52 50 0:5 /run/s/shown/1 /work\\040space/plain ro - tmpfs tmpfs rw",
    "covered 0 mnt_id:\t50 ino:\t8 mnt_id:\t51",
  ];
  const with_ = (from: string, to: string) => lines.map((line) => line.replace(from, to));
  const names = ["what is covered is in the folder that was looked at"];
  expect(failedOfSources(lines, { covered })).toEqual([]);
  expect(failedOfSources(with_("ino:\t8", "ino:\t9"), { covered })).toEqual(names);
  // What is open there is the folder's own, or another thing that is shown
  expect(failedOfSources(with_("mnt_id:\t51", "mnt_id:\t50"), { covered })).toEqual(names);
  expect(failedOfSources(with_("mnt_id:\t51", "mnt_id:\t52"), { covered })).toEqual(names);
  const none = lines.filter((line) => !line.startsWith("covered"));
  expect(failedOfSources(none, { covered })).toEqual(names);
  // Another kernel has other numbers
  expect(failedOfSources(none, { covered, bootId: undefined })).toEqual([]);
});

function failedNames(change: {
  lines?: readonly string[];
  agent?: Partial<ContainerFacts>;
  relay?: Partial<ContainerFacts>;
  relayIsFiltered?: boolean;
}): readonly string[] {
  const facts = {
    inside: parseInsideFacts(change.lines ?? goodLines),
    agent: { ...container, ...change.agent },
    relay: { ...relay, ...change.relay },
    relayIsFiltered: change.relayIsFiltered ?? true,
  };
  return evaluatePosture(facts, expected).flatMap(({ name, holds }) => (holds ? [] : [name]));
}

test("a sandbox as asked for holds every one of at least twenty asserts", () => {
  expect(failedNames({})).toEqual([]);
  const facts = {
    inside: parseInsideFacts(goodLines),
    agent: container,
    relay,
    relayIsFiltered: true,
  };
  expect(evaluatePosture(facts, expected).length).toBeGreaterThanOrEqual(20);
});

const insideFaults: readonly (readonly [string, string, string])[] = [
  ["status Uid", "status Uid:\t1000\t0\t1000\t1000", "user id"],
  ["status Gid", "status Gid:\t0\t0\t0\t0", "group id"],
  ["status Groups", "status Groups:\t1000 998", "no further groups"],
  ["status CapInh", "status CapInh:\t0000000000000001", "no capability in CapInh"],
  ["status CapPrm", "status CapPrm:\t0000000000000001", "no capability in CapPrm"],
  ["status CapEff", "status CapEff:\t00000000a80425fb", "no capability in CapEff"],
  ["status CapBnd", "status CapBnd:\t000001ffffffffff", "no capability in CapBnd"],
  ["status CapAmb", "status CapAmb:\t0000000000000400", "no capability in CapAmb"],
  ["status NoNewPrivs", "status NoNewPrivs:\t0", "no new privileges"],
  ["status Seccomp", "status Seccomp:\t0", "system call filter"],
  ["net     lo", "net   eth0:       0       0", "loopback is the only interface"],
  ["route4", "route4 Iface\nroute4 eth0\t00000000\t010011AC", "no IPv4 route"],
  ["route6", "route6 0000 00 0000 eth0", "no IPv6 route"],
  ["resolv", "resolv nameserver 127.0.0.11", "the relay is the only resolver"],
  ["resolv", "resolv nameserver 127.0.0.1", "the relay is the only resolver"],
  ["mount overlay", "mount overlay / overlay rw 0 0", "the root file system is read-only"],
  ["mount tmpfs /tmp", "mount /dev/vda /etc ext4 rw 0 0", "nothing else is writable"],
  ["pids", "pids max", "process limit"],
  ["memory", "memory 9223372036854771712", "memory limit"],
  ["dev /dev/pts", "dev /dev/kvm", "only default devices"],
  ["home", "socket /var/run/docker.sock", "no engine socket"],
  ["home", "rootwrite /etc/vaultbox-probe", "the root file system is read-only"],
  ["home", "sysctl writable", "kernel settings are read-only"],
  ["home", "nothing", "HOME is writable"],
  ["filter", "filter other", "the system call filter is vaultbox's own"],
];

test.each(insideFaults)(
  "seen from inside, %s as %j fails the assert",
  (begin, replacement, name) => {
    const lines = goodLines.flatMap((line) =>
      line.startsWith(begin) ? replacement.split("\n") : [line],
    );
    expect(failedNames({ lines })).toContain(name);
  },
);

test.each(
  goodLines.filter((line) => /^(?:status|net {5}|resolv|pids|memory|home|filter)/.test(line)),
)("a fact that is missing fails the assert that needs it: %s", (line) => {
  expect(failedNames({ lines: goodLines.filter((one) => one !== line) })).not.toEqual([]);
});

test("without any fact most asserts fail", () => {
  expect(failedNames({ lines: [] }).length).toBeGreaterThan(15);
});

const engineFaults: readonly (readonly [string, Partial<ContainerFacts>])[] = [
  ["not privileged", { privileged: true }],
  ["no capability added, all dropped", { capAdd: ["NET_ADMIN"] }],
  ["no capability added, all dropped", { capDrop: [] }],
  ["security options", { securityOptions: [] }],
  ["system call filter as asked", { securityOptions: ["no-new-privileges"] }],
  ["system call filter as asked", { securityOptions: ["no-new-privileges", "seccomp=unconfined"] }],
  ["system call filter as asked", { securityOptions: ["seccomp={}", "seccomp=unconfined"] }],
  ["system call filter as asked", { securityOptions: ["seccomp=/etc/other.json"] }],
  ["namespaces of its own", { pidMode: "host" }],
  ["namespaces of its own", { ipcMode: "host" }],
  ["namespaces of its own", { usernsMode: "host" }],
  ["namespaces of its own", { utsMode: "host" }],
  ["no device", { devices: 1 }],
  ["no published port", { publishedPorts: 1 }],
  ["read-only root", { readOnlyRoot: false }],
];

test.each(engineFaults)(
  "said by the engine of either container, the fault fails: %s %j",
  (name, fault) => {
    expect(failedNames({ agent: fault })).toContain(`agent: ${name}`);
    expect(failedNames({ relay: fault })).toContain(`relay: ${name}`);
  },
);

test("another network, a foreign mount and other limits fail", () => {
  expect(failedNames({ agent: { networkMode: "bridge" } })).toEqual([
    "agent: it is in the relay's network namespace",
  ]);
  const mount = { source: "/", target: "/host", readOnly: true, type: "bind" };
  expect(failedNames({ agent: { mounts: [mount] } })).toEqual([
    "agent: only the mounts that were asked for",
  ]);
  expect(failedNames({ agent: { memoryBytes: 0 } })).toEqual(["agent: limits as asked"]);
  expect(failedNames({ relay: { networkMode: "bridge" } })).toEqual(["relay: no network"]);
  expect(failedNames({ relayIsFiltered: false })).toEqual([
    "relay: the system call filter is vaultbox's own",
  ]);
  expect(failedNames({ relay: { mounts: [{ ...mount, readOnly: false }] } })).toEqual([
    "relay: nothing writable is mounted",
  ]);
});

test("the error names every assert that failed, and what was found is printable", () => {
  const asserts = [
    { name: "one", holds: false, found: "a\u001b[31m" },
    { name: "two", holds: true, found: "" },
    { name: "three", holds: false, found: "b" },
  ];
  expect(() => refuseUnsafe(asserts)).toThrow(/one \(found: a\\x1b\[31m\); three \(found: b\)$/);
  expect(() => refuseUnsafe(asserts.slice(1, 2))).not.toThrow();
});
