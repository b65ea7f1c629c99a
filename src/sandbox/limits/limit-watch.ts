import { formatSize } from "../../base/units.ts";
import { agentPids } from "../container-specs.ts";
import { type FullFolder, TemporaryFolders } from "./full-folders.ts";
import { type FSWatcher, readFileSync, watch } from "node:fs";

/** Knows what a sandbox had too little of, when its command has ended. */
export interface LimitWatch extends Disposable {
  /** What to tell of processes and file systems in memory */
  readonly notes: () => readonly string[];
  /**
   * Whether the kernel ended a process for its memory. False may be wrong: where the kernel is another machine's, and in
   * version 1 of control groups when the container ended in the same moment.
   */
  readonly ranOutOfMemory: () => boolean;
}

const nothing: LimitWatch = {
  notes: () => [],
  ranOutOfMemory: () => false,
  [Symbol.dispose]: () => undefined,
};

/**
 * Watches the limits of a container: processes and room in its file systems in memory, which nobody is told of, and memory,
 * which an engine tells of unless the container ends at once. To be called before its command runs. It costs nothing while
 * that runs, and sees nothing where the engine isn't on this machine's own kernel.
 */
export function watchLimits(container: { readonly id: string; readonly pid: number }): LimitWatch {
  const cgroup = container.pid > 0 ? findCgroup(container) : undefined;
  if (cgroup === undefined) return nothing;
  const shortages = new Shortages(cgroup);
  const folders = new TemporaryFolders(container.pid);
  return {
    notes: () => [
      ...(shortages.has("processes") ? [processNote] : []),
      ...folders.findFull().map(toFolderNote),
    ],
    ranOutOfMemory: () => shortages.has("memory"),
    [Symbol.dispose]: () => {
      shortages[Symbol.dispose]();
      folders[Symbol.dispose]();
    },
  };
}

const processNote =
  `warning: the sandbox had ${agentPids} processes and threads, which is its limit, and could start no more: ` +
  "let fewer run at once, as in make -j4";

function toFolderNote({ path, bytes }: FullFolder): string {
  const text = `warning: ${path} was full in the sandbox: it has ${formatSize(bytes)}, in memory`;
  if (path === "/dev/shm") return `${text}, half of what --memory gives`;
  return `${text}; large files belong into the workspace or the home, as with: mkdir -p ~/tmp && export TMPDIR=~/tmp`;
}

/** How often a kernel is asked that doesn't tell, in milliseconds */
const askMs = 1000;

/** Notices that the kernel refused a container processes, or took memory back from it. */
export class Shortages implements Disposable {
  readonly #counters: readonly Counter[];
  readonly #watchers: readonly FSWatcher[];
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #found = new Set<Resource>();

  constructor({ counters, cgroupEvents, tells }: ContainerCgroup) {
    this.#counters = counters;
    const paths = [...counters.map(({ path }) => path), ...cgroupEvents];
    this.#watchers = paths.flatMap((path) => this.#watch(path));
    this.#timer = tells ? undefined : setInterval(() => this.#look(), askMs).unref();
  }

  #watch(path: string): readonly FSWatcher[] {
    try {
      // It goes away with the container, and tells that as a change, too
      return [watch(path, { persistent: false }, () => this.#look()).on("error", () => undefined)];
    } catch {
      // Gone already, or no more watches are to be had
      return [];
    }
  }

  #look(): void {
    for (const { resource, path, counted } of this.#counters) {
      if (counted.test(readOwn(path))) this.#found.add(resource);
    }
  }

  /** With a last look, while the kernel may still know */
  has(resource: Resource): boolean {
    this.#look();
    return this.#found.has(resource);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
  }
}

type Resource = "processes" | "memory";

/** A file of the kernel that counts how often a container had too little. */
interface Counter {
  readonly resource: Resource;
  readonly path: string;
  readonly counted: RegExp;
}

/** How often a process couldn't be started */
const refusedProcesses = /^max [1-9]/m;
/** How often one was ended for the container's memory; version 1 counts it since Linux 4.19 */
const killedProcesses = /^oom_kill [1-9]/m;

/** Folders of a container's control group on this machine. */
interface ContainerCgroup {
  readonly counters: readonly Counter[];
  /** Says when the last process has ended, in version 2 and beside version 1 */
  readonly cgroupEvents: readonly string[];
  /** Whether the kernel tells of changes in them; version 1 doesn't */
  readonly tells: boolean;
}

const root = "/sys/fs/cgroup";

/**
 * The control group of a container by its first process; undefined where that isn't a process of this machine: the engine
 * runs elsewhere, or in a virtual machine.
 */
function findCgroup(container: {
  readonly id: string;
  readonly pid: number;
}): ContainerCgroup | undefined {
  return toCgroup(readOwn(`/proc/${container.pid}/cgroup`), container.id);
}

/** @param text of `/proc/PID/cgroup` (cgroups(7)) */
export function toCgroup(text: string, id: string): ContainerCgroup | undefined {
  const lines = text.split("\n");
  const findPath = (pattern: RegExp): string | undefined =>
    lines.flatMap((line) => pattern.exec(line)?.[1] ?? []).find((path) => path.includes(id));
  const findFirst = (controller: string): string | undefined =>
    findPath(new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(/.*)$`));
  const pids = findFirst("pids");
  const memory = findFirst("memory");
  const second = findPath(/^0::(\/.*)$/);
  if (pids !== undefined || memory !== undefined) {
    const cgroupEvents = second === undefined ? [] : [`${root}/unified${second}/cgroup.events`];
    const counters = toCounters(
      pids && `${root}/pids${pids}/pids.events`,
      memory && `${root}/memory${memory}/memory.oom_control`,
    );
    return { counters, cgroupEvents, tells: false };
  }
  if (second === undefined) return undefined;
  const folder = `${root}${second}`;
  const counters = toCounters(`${folder}/pids.events`, `${folder}/memory.events`);
  return { counters, cgroupEvents: [`${folder}/cgroup.events`], tells: true };
}

function toCounters(processes: string | undefined, memory: string | undefined): readonly Counter[] {
  return [
    ...(processes === undefined
      ? []
      : [{ resource: "processes", path: processes, counted: refusedProcesses } as const]),
    ...(memory === undefined
      ? []
      : [{ resource: "memory", path: memory, counted: killedProcesses } as const]),
  ];
}

function readOwn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // No process of this machine, or it has ended
    return "";
  }
}
