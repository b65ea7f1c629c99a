import { formatSize } from "../../base/units.ts";
import { agentPids } from "../container-specs.ts";
import { type FullFolder, TemporaryFolders } from "./full-folders.ts";
import { type FSWatcher, readFileSync, watch } from "node:fs";

/** Knows what a sandbox had too little of, when its command has ended. */
export interface LimitWatch extends Disposable {
  /** What to tell of it */
  readonly notes: () => readonly string[];
}

const nothing: LimitWatch = { notes: () => [], [Symbol.dispose]: () => undefined };

/**
 * Watches the limits of a container that the kernel tells nobody of: processes, and room in its file systems in memory. To
 * be called before its command runs. It costs nothing while that runs, and sees nothing where the engine isn't on this
 * machine's own kernel.
 */
export function watchLimits(container: { readonly id: string; readonly pid: number }): LimitWatch {
  const cgroup = container.pid > 0 ? findCgroup(container) : undefined;
  if (cgroup === undefined) return nothing;
  const processes = new ProcessLimit(cgroup);
  const folders = new TemporaryFolders(container.pid);
  return {
    notes: () => [
      ...(processes.wasReached() ? [processNote] : []),
      ...folders.findFull().map(toFolderNote),
    ],
    [Symbol.dispose]: () => {
      processes[Symbol.dispose]();
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

/** Notices that a container could start no more processes. */
export class ProcessLimit implements Disposable {
  readonly #path: string;
  readonly #watchers: readonly FSWatcher[];
  readonly #timer: NodeJS.Timeout | undefined;
  #isReached = false;

  constructor({ pidsEvents, cgroupEvents, tells }: ContainerCgroup) {
    this.#path = pidsEvents;
    this.#watchers = [pidsEvents, ...cgroupEvents].flatMap((path) => this.#watch(path));
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
    try {
      this.#isReached ||= /^max [1-9]/m.test(readFileSync(this.#path, "latin1"));
    } catch {
      // The container has ended
    }
  }

  /** With a last look, while the kernel may still know */
  wasReached(): boolean {
    this.#look();
    return this.#isReached;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
  }
}

/** Folders of a container's control group on this machine. */
interface ContainerCgroup {
  /** Says how often a process couldn't be started (`max N`) */
  readonly pidsEvents: string;
  /** Says when the last process has ended, in version 2 and beside version 1 */
  readonly cgroupEvents: readonly string[];
  /** Whether the kernel tells of changes in it; version 1 doesn't */
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
  const first = findPath(/^\d+:(?:[^:]*,)?pids(?:,[^:]*)?:(\/.*)$/);
  const second = findPath(/^0::(\/.*)$/);
  if (first !== undefined) {
    const cgroupEvents = second === undefined ? [] : [`${root}/unified${second}/cgroup.events`];
    return { pidsEvents: `${root}/pids${first}/pids.events`, cgroupEvents, tells: false };
  }
  if (second === undefined) return undefined;
  const pidsEvents = `${root}${second}/pids.events`;
  return { pidsEvents, cgroupEvents: [`${root}${second}/cgroup.events`], tells: true };
}

function readOwn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // No process of this machine
    return "";
  }
}
