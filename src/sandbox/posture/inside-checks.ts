import { relayAddress } from "../sandbox-network.ts";
import {
  type Check,
  findExchanged,
  findForeign,
  findMisplaced,
  findUncovered,
  type PostureExpectation,
} from "./expected-mounts.ts";
import type { InsideFacts, InsideMount } from "./inside-facts.ts";

/** Devices of the default set, made by the engine itself (OCI runtime specification, "Default Devices"). */
const defaultDevices =
  "console core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero".split(
    " ",
  );
/** File systems of the engine and the kernel inside a container that are writable by design. */
const engineWritable = ["/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/console", "/proc"];
/** Read-write on the container's side of the engine; it is read-only for a read-only root, or a name service file. */
const engineFiles = ["/etc/resolv.conf", "/etc/hostname", "/etc/hosts"];

/** What holds as the sandbox itself reports it. */
export function toInsideChecks(
  inside: InsideFacts,
  expected: PostureExpectation,
): readonly Check[] {
  return [...processChecks(inside, expected), ...isolationChecks(inside, expected)];
}

function processChecks(inside: InsideFacts, expected: PostureExpectation): readonly Check[] {
  const status = (name: string): string => inside.status.get(name) ?? "missing";
  const isAll = (text: string, id: number): boolean =>
    text.split(/\s+/).length === 4 && text.split(/\s+/).every((one) => one === String(id));
  const isZero = (text: string): boolean => /^0+$/.test(text);
  const groups = status("Groups")
    .split(/\s+/)
    .filter((group) => group !== "");
  const capabilities = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map((name) => ({
    name: `no capability in ${name}`,
    expected: isZero(status(name)),
    found: status(name),
  }));
  return [
    { name: "user id", expected: isAll(status("Uid"), expected.uid), found: status("Uid") },
    { name: "group id", expected: isAll(status("Gid"), expected.gid), found: status("Gid") },
    {
      name: "no further groups",
      expected: groups.every((group) => group === String(expected.gid)),
      found: groups,
    },
    ...capabilities,
    {
      name: "no new privileges",
      expected: status("NoNewPrivs") === "1",
      found: status("NoNewPrivs"),
    },
    { name: "system call filter", expected: status("Seccomp") === "2", found: status("Seccomp") },
    {
      name: "the system call filter is vaultbox's own",
      expected: inside.filterMarked,
      found: "another one",
    },
  ];
}

function isolationChecks(inside: InsideFacts, expected: PostureExpectation): readonly Check[] {
  const foreignDevices = inside.devices.filter(
    (path) => !defaultDevices.includes(path.replace("/dev/", "")),
  );
  const writable = inside.mounts.filter((mount) => !mount.readOnly && !isEngineMount(mount));
  const unexpected = writable.filter(({ target }) => !expected.writableTargets.includes(target));
  const pids = Number(inside.pidsLimit);
  const memory = Number(inside.memoryLimit);
  return [
    {
      name: "loopback is the only interface",
      expected: inside.interfaces.length === 1 && inside.interfaces[0] === "lo",
      found: inside.interfaces,
    },
    checkNone("no IPv4 route", inside.routes4),
    {
      name: "no IPv6 route",
      expected: inside.routes6.every((device) => device === "lo"),
      found: inside.routes6,
    },
    {
      name: "the relay is the only resolver",
      expected: inside.nameservers.length === 1 && inside.nameservers[0] === relayAddress,
      found: inside.nameservers,
    },
    {
      name: "the root file system is read-only",
      expected:
        inside.rootWrites.length === 0 &&
        inside.mounts.some(({ target, readOnly }) => target === "/" && readOnly),
      found: inside.rootWrites,
    },
    {
      name: "nothing else is writable",
      expected: inside.mounts.length > 0 && unexpected.length === 0,
      found: unexpected.map(({ target }) => target),
    },
    checkNone("no engine socket", inside.sockets),
    {
      name: "only default devices",
      expected: inside.devices.length > 0 && foreignDevices.length === 0,
      found: foreignDevices,
    },
    { name: "kernel settings are read-only", expected: !inside.sysctlWritable, found: "writable" },
    {
      name: "process limit",
      expected: pids > 0 && pids <= expected.pids,
      found: inside.pidsLimit,
    },
    {
      name: "memory limit",
      expected: memory > 0 && memory <= expected.memoryBytes,
      found: inside.memoryLimit,
    },
    checkNone(
      "what is mounted over the workspace is the workspace's",
      findForeign(inside, expected),
    ),
    checkNone("what is mounted is what was checked", findExchanged(inside, expected)),
    checkNone("everything that is to be covered is", findUncovered(inside, expected)),
    checkNone(
      "what is covered is in the folder that was looked at",
      findMisplaced(inside, expected),
    ),
    { name: "HOME is writable", expected: inside.homeWritable, found: inside.homeWritable },
  ];
}

function checkNone(name: string, found: readonly unknown[]): Check {
  return { name, expected: found.length === 0, found };
}

/** The engine's own: devices, /proc, name service files, and the empty file systems with which it hides parts of /proc. */
function isEngineMount({ target, type }: InsideMount): boolean {
  if (engineWritable.includes(target) || engineFiles.includes(target)) return true;
  return type === "tmpfs" && (target === "/sys/fs/cgroup" || target.startsWith("/proc/"));
}
