import { formatSize } from "../../base/units.ts";
import { agentPids } from "../container-specs.ts";
import { findCgroup } from "./container-cgroup.ts";
import { TemporaryFolders, type FullFolder } from "./full-folders.ts";
import { ProcessLimit } from "./process-limit.ts";

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
