import { readFileSync } from "node:fs";

/** Folders of a container's control group on this machine. */
export interface ContainerCgroup {
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
export function findCgroup(container: {
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
