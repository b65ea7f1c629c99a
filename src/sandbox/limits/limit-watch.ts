import { formatSize } from "../../base/units.ts";
import { agentPids } from "../container-specs.ts";
import { findCgroup, type ContainerCgroup } from "./container-cgroup.ts";
import { TemporaryFolders, type FullFolder } from "./full-folders.ts";
import { readFileSync, watch, type FSWatcher } from "node:fs";

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
