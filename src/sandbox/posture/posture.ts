import type { ContainerFacts } from "../../docker/engine.ts";
import type { InsideFacts, InsideMount } from "./inside-facts.ts";
import {
  findExchanged,
  findForeign,
  findMisplaced,
  findUncovered,
  type ExpectedMounts,
} from "./expected-mounts.ts";

/** What a sandbox was asked to be. */
export interface PostureExpectation extends ExpectedMounts {
  readonly uid: number;
  readonly gid: number;
  readonly memoryBytes: number;
  readonly pids: number;
  readonly relayId: string;
  /** See `ContainerSpec` */
  readonly seccomp: string;
  /** Targets that may be written to: the workspace, `--mount … rw`, HOME and the temporary file systems */
  readonly writableTargets: readonly string[];
  /** Targets of every mount that was asked for */
  readonly mountTargets: readonly string[];
}

export interface PostureFacts {
  readonly inside: InsideFacts;
  readonly agent: ContainerFacts;
  readonly relay: ContainerFacts;
  readonly relayIsFiltered: boolean;
}

/** One checked fact. */
export interface PostureAssert {
  readonly name: string;
  readonly holds: boolean;
  /** What was found; shown when it doesn't hold */
  readonly found: string;
}

interface Check {
  readonly name: string;
  readonly expected: boolean;
  readonly found: unknown;
}

/** Devices of the default set, made by the engine itself (OCI runtime specification, "Default Devices"). */
const defaultDevices = [
  "console",
  "core",
  "fd",
  "full",
  "mqueue",
  "null",
  "ptmx",
  "pts",
  "random",
  "shm",
  "stderr",
  "stdin",
  "stdout",
  "tty",
  "urandom",
  "zero",
];
/** File systems of the engine and the kernel inside a container that are writable by design. */
const engineWritable = ["/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/console", "/proc"];
/** Read-write on the container's side of the engine; it is read-only for a read-only root, or a name service file. */
const engineFiles = ["/etc/resolv.conf", "/etc/hostname", "/etc/hosts"];

/** All asserts of a launch. A sandbox starts only if every one holds. */
export function evaluatePosture(
  facts: PostureFacts,
  expected: PostureExpectation,
): readonly PostureAssert[] {
  return [
    ...insideChecks(facts.inside, expected),
    ...isolationChecks(facts.inside, expected),
    ...agentChecks(facts.agent, expected),
    ...relayChecks(facts, expected),
  ].map(({ name, expected: holds, found }) => ({ name, holds, found: toText(found) }));
}

function insideChecks(inside: InsideFacts, expected: PostureExpectation): readonly Check[] {
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
    { name: "no IPv4 route", expected: inside.routes4.length === 0, found: inside.routes4 },
    {
      name: "no IPv6 route",
      expected: inside.routes6.every((device) => device === "lo"),
      found: inside.routes6,
    },
    {
      name: "the relay is the only resolver",
      expected: inside.nameservers.length === 1 && inside.nameservers[0] === "127.0.0.1",
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
    { name: "no engine socket", expected: inside.sockets.length === 0, found: inside.sockets },
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
    {
      name: "what is mounted over the workspace is the workspace's",
      expected: findForeign(inside, expected).length === 0,
      found: findForeign(inside, expected),
    },
    {
      name: "what is mounted is what was checked",
      expected: findExchanged(inside, expected).length === 0,
      found: findExchanged(inside, expected),
    },
    {
      name: "everything that is to be covered is",
      expected: findUncovered(inside, expected).length === 0,
      found: findUncovered(inside, expected),
    },
    {
      name: "what is covered is in the folder that was looked at",
      expected: findMisplaced(inside, expected).length === 0,
      found: findMisplaced(inside, expected),
    },
    { name: "HOME is writable", expected: inside.homeWritable, found: inside.homeWritable },
  ];
}

/** The engine's own: devices, /proc, name service files, and the empty file systems with which it hides parts of /proc. */
function isEngineMount({ target, type }: InsideMount): boolean {
  if (engineWritable.includes(target) || engineFiles.includes(target)) return true;
  return type === "tmpfs" && (target === "/sys/fs/cgroup" || target.startsWith("/proc/"));
}

function agentChecks(agent: ContainerFacts, expected: PostureExpectation): readonly Check[] {
  const foreignMounts = agent.mounts.filter(
    ({ target }) => !expected.mountTargets.includes(target),
  );
  return [
    ...containerChecks(agent, "agent", expected),
    {
      name: "agent: it is in the relay's network namespace",
      expected: agent.networkMode === `container:${expected.relayId}`,
      found: agent.networkMode,
    },
    {
      name: "agent: only the mounts that were asked for",
      expected: foreignMounts.length === 0,
      found: foreignMounts.map(({ target }) => target),
    },
    {
      name: "agent: limits as asked",
      expected: agent.memoryBytes === expected.memoryBytes && agent.pidsLimit === expected.pids,
      found: `${agent.memoryBytes} bytes, ${agent.pidsLimit} processes`,
    },
  ];
}

function relayChecks(
  { relay, relayIsFiltered }: PostureFacts,
  expected: PostureExpectation,
): readonly Check[] {
  const networks = relay.networks.filter((name) => name !== "none");
  return [
    ...containerChecks(relay, "relay", expected),
    {
      name: "relay: the system call filter is vaultbox's own",
      expected: relayIsFiltered,
      found: "another one",
    },
    {
      name: "relay: no network",
      expected: relay.networkMode === "none" && networks.length === 0,
      found: [relay.networkMode, ...networks],
    },
    {
      name: "relay: nothing writable is mounted",
      expected: relay.mounts.every(({ readOnly }) => readOnly),
      found: relay.mounts.filter(({ readOnly }) => !readOnly).map(({ target }) => target),
    },
  ];
}

/** What holds for both containers, as the engine says it. */
function containerChecks(
  container: ContainerFacts,
  role: string,
  { seccomp }: PostureExpectation,
): readonly Check[] {
  const namespaces = [
    container.pidMode,
    container.ipcMode,
    container.utsMode,
    container.usernsMode,
  ];
  const options = container.securityOptions;
  const profiles = options.filter((option) => /^seccomp[:=]/.test(option));
  const others = options.filter((option) => !profiles.includes(option));
  return [
    { name: `${role}: not privileged`, expected: !container.privileged, found: "privileged" },
    {
      name: `${role}: no capability added, all dropped`,
      expected:
        container.capAdd.length === 0 &&
        container.capDrop.some((cap) => /^(?:CAP_)?ALL$/i.test(cap)),
      found: `added ${container.capAdd.join(" ")}, dropped ${container.capDrop.join(" ")}`,
    },
    {
      name: `${role}: security options`,
      expected:
        options.some((option) => /^no-new-privileges(?:[:=]true)?$/.test(option)) &&
        others.every((option) => !/unconfined|disable/.test(option)),
      found: others,
    },
    {
      name: `${role}: system call filter as asked`,
      expected: profiles.length === 1 && profiles[0]?.slice("seccomp=".length) === seccomp,
      found: profiles.map((profile) => profile.slice(0, 60)),
    },
    {
      name: `${role}: namespaces of its own`,
      expected: namespaces.every((mode) => mode === "" || mode === "private"),
      found: namespaces,
    },
    { name: `${role}: no device`, expected: container.devices === 0, found: container.devices },
    {
      name: `${role}: no published port`,
      expected: container.publishedPorts === 0,
      found: container.publishedPorts,
    },
    {
      name: `${role}: read-only root`,
      expected: container.readOnlyRoot,
      found: container.readOnlyRoot,
    },
  ];
}

function toText(found: unknown): string {
  if (Array.isArray(found)) return found.length === 0 ? "none" : found.join(", ");
  return String(found);
}
