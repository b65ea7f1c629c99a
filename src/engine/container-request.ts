import type { ContainerSpec } from "./engine.ts";
import { toPodmanUlimits } from "./podman.ts";

/**
 * Limits of each process (setrlimit(2)). The kernel counts signals, with timers, and message queues for the user on the
 * whole machine, so that all sandboxes of a user get less than is there for one.
 */
const ulimits: readonly (readonly [string, number])[] = [
  // A core dump would put the session's memory on a disk
  ["core", 0],
  // Of thousands
  ["sigpending", 2048],
  // Bytes, of 819,200
  ["msgqueue", 409_600],
];

/**
 * The engine API's request for a container. What every vaultbox container has in common is said here, once, and
 * explicitly, even where it's the engine's default: a daemon's own configuration can change defaults.
 */
export function toContainerRequest(
  spec: ContainerSpec,
  { isPodman }: { readonly isPodman: boolean },
): Readonly<Record<string, unknown>> {
  return {
    Image: spec.image,
    Entrypoint: [...spec.entrypoint],
    Cmd: [...spec.command],
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...spec.labels },
    WorkingDir: spec.workingDir,
    User: spec.user,
    ...(spec.hostname === undefined ? {} : { Hostname: spec.hostname }),
    Tty: spec.tty,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    // When the attached client's input ends, the container's does too
    StdinOnce: true,
    // An image's own health check would run commands beside the agent
    Healthcheck: { Test: ["NONE"] },
    HostConfig: toHostConfig(spec, isPodman),
  };
}

function toHostConfig(spec: ContainerSpec, isPodman: boolean): Readonly<Record<string, unknown>> {
  return {
    NetworkMode: spec.network === "none" ? "none" : `container:${spec.network.container}`,
    ...(spec.network === "none" && spec.dns.length > 0 ? { Dns: [...spec.dns] } : {}),
    PortBindings: {},
    PublishAllPorts: false,
    Mounts: toMounts(spec),
    Tmpfs: { ...spec.tmpfs },
    ReadonlyRootfs: spec.readOnlyRoot,
    Privileged: false,
    CapAdd: [],
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges", `seccomp=${spec.seccomp}`],
    GroupAdd: [],
    Devices: [],
    IpcMode: "private",
    PidMode: "",
    UTSMode: "",
    CgroupnsMode: "private",
    PidsLimit: spec.pids,
    Memory: spec.memoryBytes,
    ...(spec.shmBytes === undefined ? {} : { ShmSize: spec.shmBytes }),
    // The same as Memory: no swap on top of it
    MemorySwap: spec.memoryBytes,
    NanoCpus: Math.round(spec.cpus * 1e9),
    Ulimits: [
      ...ulimits.map(([Name, limit]) => ({ Name, Soft: limit, Hard: limit })),
      ...(isPodman ? toPodmanUlimits() : []),
    ],
    ...(spec.runtime === undefined ? {} : { Runtime: spec.runtime }),
    Init: spec.init,
    AutoRemove: spec.autoRemove,
    RestartPolicy: { Name: "no" },
    // The session process reads the streams; a log on the engine's disk would grow without limit and stay
    LogConfig: { Type: "none", Config: {} },
  };
}

function toMounts(spec: ContainerSpec): readonly Readonly<Record<string, unknown>>[] {
  const binds = spec.binds.map((bind) => ({
    // Unlike `Binds`, a mount of type bind fails when the source is missing, instead of creating it as root
    Type: "bind",
    Source: bind.source,
    Target: bind.target,
    ReadOnly: bind.readOnly,
    BindOptions: { Propagation: "rprivate" },
  }));
  const volumes = spec.volumes.map((volume) => ({
    Type: "volume",
    Source: volume.volume,
    Target: volume.target,
    ReadOnly: volume.readOnly,
    // The image's own files at the target are not what a volume is for
    VolumeOptions: { NoCopy: true },
  }));
  return [...binds, ...volumes];
}
