import type { Duplex, Readable } from "node:stream";
import type { TarEntry } from "./tar.ts";

/** Which engine answers, and how it was found. */
export interface EngineInfo {
  readonly endpoint: string;
  /** `DOCKER_HOST`, `docker context "x"`, `/var/run/docker.sock` … */
  readonly foundBy: string;
  readonly name: string;
  readonly version: string;
  /** The product the engine is part of, e.g. `Docker Desktop 4.71.0 (123456)`; may be empty */
  readonly product: string;
  readonly apiVersion: string;
  readonly architecture: string;
  /** Memory of its machine; 0 where it doesn't say */
  readonly memoryBytes: number;
  readonly cgroupVersion: "1" | "2";
  readonly rootless: boolean;
  readonly flavour: "docker" | "docker-desktop" | "podman";
  readonly securityOptions: readonly string[];
}

/** A bind mount; `source` is a path on the engine's host. */
export interface BindMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

interface VolumeMount {
  readonly volume: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** All that vaultbox asks of a container. What isn't here can't be asked for: no capabilities, ports, devices or privileges. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  /** Replaces the image's entrypoint; an empty array clears it */
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly workingDir: string;
  /** `uid:gid` */
  readonly user: string;
  readonly hostname?: string;
  /** `none`, or join the network namespace of the container with this id */
  readonly network: "none" | { readonly container: string };
  /** Only with network `none` */
  readonly dns: readonly string[];
  readonly binds: readonly BindMount[];
  readonly volumes: readonly VolumeMount[];
  /** Target to mount options, e.g. `rw,nosuid,nodev,size=64m,mode=1777` */
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly readOnlyRoot: boolean;
  readonly memoryBytes: number;
  /** Size of `/dev/shm`; undefined for the engine's default */
  readonly shmBytes?: number;
  readonly cpus: number;
  readonly pids: number;
  /** System call filter: a profile as JSON, or for Podman its path on the engine's host */
  readonly seccomp: string;
  readonly runtime?: string;
  /** A small init as pid 1 that reaps and forwards signals */
  readonly init: boolean;
  readonly tty: boolean;
  readonly autoRemove: boolean;
}

/** A created container that was never started: files may still be put into it. */
export interface CreatedContainer {
  readonly id: string;
  readonly name: string;
  /** Extracts a tar stream under `path` (only before the start: see CVE-2026-42306). */
  readonly putArchive: (path: string, tar: Buffer) => Promise<void>;
  /** The tar of one path in the container's filesystem, or undefined if it isn't there. */
  readonly getArchive: (path: string) => Promise<Buffer | undefined>;
  /** The same as it comes, of whatever size; destroying it ends the transfer. */
  readonly streamArchive: (path: string) => Promise<Readable | undefined>;
  /** Attach before the start, so that no byte is lost. */
  readonly attach: () => Promise<Attachment>;
  /** `watchesExit: false` for one whose exit status nobody waits for: a call less */
  readonly start: (options?: { readonly watchesExit?: boolean }) => Promise<RunningContainer>;
  /** Closes what was attached, too */
  readonly remove: () => Promise<void>;
}

/** The container's standard streams. With a TTY there is one output stream, `stdout`. */
export interface Attachment {
  /** Ending it gives the container end-of-file */
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  /** stdin and stdout as one byte pipe, for the stdio link */
  readonly duplex: () => Duplex;
  readonly close: () => void;
}

export interface RunningContainer {
  readonly id: string;
  readonly name: string;
  /** Resolves with the exit status; call it before `start` has a chance to end, it never misses an exit. */
  readonly wait: () => Promise<number>;
  readonly kill: (signal: string) => Promise<void>;
  readonly resize: (size: { readonly columns: number; readonly rows: number }) => Promise<void>;
  readonly inspect: () => Promise<ContainerFacts>;
  /** What the engine remembers of it, also when it's gone. */
  readonly readEvents: () => Promise<ContainerEvents>;
  /** Force removal with anonymous volumes; no error if it is gone. */
  readonly remove: () => Promise<void>;
}

/** What happened to a container from outside. */
export interface ContainerEvents {
  /** Whether the kernel ended a process in it because its memory limit was reached */
  readonly outOfMemory: boolean;
  /** That it was sent through the engine: `SIGKILL` */
  readonly signals: readonly string[];
}

/** What the engine says of a container, as far as posture asserts and `ps` need it. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly running: boolean;
  /** Of its first process, on the engine's machine; 0 when it doesn't run */
  readonly pid: number;
  /** Whether the kernel ended a process in it because its memory limit was reached */
  readonly outOfMemory: boolean;
  readonly networkMode: string;
  readonly networks: readonly string[];
  readonly publishedPorts: number;
  readonly privileged: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOptions: readonly string[];
  readonly readOnlyRoot: boolean;
  readonly pidMode: string;
  readonly ipcMode: string;
  readonly utsMode: string;
  readonly usernsMode: string;
  readonly devices: number;
  readonly pidsLimit: number;
  readonly memoryBytes: number;
  readonly user: string;
  readonly env: readonly string[];
  readonly mounts: readonly { source: string; target: string; readOnly: boolean; type: string }[];
}

export interface ImageFacts {
  readonly id: string;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly sizeBytes: number;
  readonly env: readonly string[];
  readonly user: string;
  readonly entrypoint: readonly string[];
  /** Paths for which the engine makes a volume, unless something is mounted there */
  readonly volumes: readonly string[];
}

/** A step of an image's build, with what it added. */
export interface ImageStep {
  /** Seconds since 1970 */
  readonly createdAt: number;
  /** As the engine wrote it down */
  readonly command: string;
  readonly sizeBytes: number;
}

/** Which images are listed. */
type ImageFilter = { readonly label: string } | { readonly reference: string };

/** A build by the `Dockerfile` among its files, with progress lines. */
export interface ImageBuild {
  readonly files: readonly TarEntry[];
  readonly tag: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/** The one adapter to the Docker Engine API; dockerode's types stay behind it. */
export interface Engine {
  readonly endpoint: string;
  readonly foundBy: string;
  readonly info: () => Promise<EngineInfo>;
  readonly createContainer: (spec: ContainerSpec) => Promise<CreatedContainer>;
  /** Containers that carry the label, running or not. */
  readonly listContainers: (label: string) => Promise<readonly ContainerFacts[]>;
  readonly findContainer: (idOrName: string) => Promise<RunningContainer | undefined>;
  readonly createVolume: (name: string, labels: Readonly<Record<string, string>>) => Promise<void>;
  readonly listVolumes: (
    label: string,
  ) => Promise<readonly { name: string; labels: Readonly<Record<string, string>> }[]>;
  readonly removeVolume: (name: string) => Promise<void>;
  readonly inspectImage: (reference: string) => Promise<ImageFacts | undefined>;
  readonly listImages: (filter: ImageFilter) => Promise<readonly ImageFacts[]>;
  /** How an image was built, the first step first; none for one that is gone. */
  readonly listImageSteps: (reference: string) => Promise<readonly ImageStep[]>;
  readonly pullImage: (reference: string, onLine: (line: string) => void) => Promise<void>;
  readonly importImage: (
    tar: NodeJS.ReadableStream,
    tag: string,
    changes: readonly string[],
  ) => Promise<void>;
  readonly buildImage: (build: ImageBuild) => Promise<void>;
  /** Removes a tag, and the image with its last one; no error if it is gone. */
  readonly removeImage: (reference: string) => Promise<void>;
}
