import type { BindMount, ContainerSpec } from "../engine/engine.ts";
import { label } from "../engine/labels.ts";
import type { HomeVolume } from "./home/home-volume.ts";
import type { SandboxUser } from "./sandbox-user.ts";
import { homeMount } from "./sandbox-places.ts";
import { relayAddress, sandboxHostName } from "./sandbox-network.ts";
import { toContainerName, toRelayName } from "./session-labels.ts";

/** Processes in the agent container: a parallel build fits, a fork bomb doesn't. */
export const agentPids = 4096;
const relayPids = 64;
const relayMemoryBytes = 256 * 1024 * 1024;

/** Of the memory, for `/dev/shm`: browsers and data loaders pass memory there, and it counts against the limit */
const agentShmPart = 0.5;

/** Of what runs nothing of the user's. */
const bare = {
  env: {},
  network: "none",
  volumes: [],
  tmpfs: {},
  readOnlyRoot: true,
  cpus: 1,
  init: false,
  tty: false,
} as const satisfies Partial<ContainerSpec>;

/** The relay: no network, no secret, nothing writable. */
export function toRelaySpec(options: {
  /** Its own, not the session's */
  readonly id: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly arguments: readonly string[];
  readonly user: string;
  readonly seccomp: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly binds: readonly BindMount[];
}): ContainerSpec {
  return {
    ...bare,
    name: toRelayName(options.id),
    image: options.image,
    entrypoint: options.command.slice(0, 1),
    command: [...options.command.slice(1), ...options.arguments],
    labels: { ...options.labels, [label.role]: "relay", [label.relay]: options.id },
    workingDir: "/",
    user: options.user,
    hostname: sandboxHostName,
    dns: [relayAddress],
    binds: options.binds,
    memoryBytes: relayMemoryBytes,
    pids: relayPids,
    seccomp: options.seccomp,
    autoRemove: true,
  };
}

/** The agent: in the relay's network namespace, with the workspace and a home. */
export function toAgentSpec(options: {
  readonly session: string;
  readonly image: string;
  readonly relayId: string;
  readonly prologue: {
    readonly entrypoint: readonly string[];
    readonly command: readonly string[];
  };
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly sandboxUser: SandboxUser;
  readonly seccomp: string;
  /** Absolute, where the command starts */
  readonly directory: string;
  readonly binds: readonly BindMount[];
  /** From `toPlanTemporary` */
  readonly temporary: Readonly<Record<string, string>>;
  readonly home: HomeVolume;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly runtime: string | undefined;
  readonly tty: boolean;
}): ContainerSpec {
  const { sandboxUser } = options;
  return {
    name: toContainerName(options.session, "agent"),
    image: options.image,
    entrypoint: options.prologue.entrypoint,
    command: options.prologue.command,
    env: options.env,
    labels: { ...options.labels, [label.role]: "agent" },
    workingDir: options.directory,
    user: `${sandboxUser.uid}:${sandboxUser.gid}`,
    network: { container: options.relayId },
    dns: [],
    binds: options.binds,
    volumes: [{ volume: options.home.name, target: homeMount, readOnly: false }],
    tmpfs: options.temporary,
    readOnlyRoot: true,
    memoryBytes: options.memoryBytes,
    shmBytes: Math.floor(options.memoryBytes * agentShmPart),
    cpus: options.cpus,
    pids: agentPids,
    seccomp: options.seccomp,
    ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
    init: true,
    tty: options.tty,
    autoRemove: true,
  };
}

/** A container that is made for a question about files and never started. */
export function toProbeSpec({
  image,
  labels,
  seccomp,
  volumes = [],
}: Pick<ContainerSpec, "image" | "labels" | "seccomp"> &
  Partial<Pick<ContainerSpec, "volumes">>): ContainerSpec {
  return {
    ...bare,
    name: toContainerName(labels[label.session] ?? "", "probe"),
    image,
    entrypoint: ["/never-started"],
    command: [],
    labels,
    workingDir: "/",
    user: "65534:65534",
    dns: [],
    binds: [],
    volumes,
    memoryBytes: 64 * 1024 * 1024,
    pids: 16,
    seccomp,
    autoRemove: false,
  };
}
