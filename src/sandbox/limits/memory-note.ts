import { formatSize, gibibyte, mebibyte } from "../../base/units.ts";

/**
 * What to tell when the kernel ended a process for the memory of its sandbox: the command itself (status 137), or one that it
 * had started.
 * @param limit of the container, `bytes`
 * @param machineBytes memory of the engine's machine; 0 where it doesn't say
 */
export function toMemoryNote(limit: number, machineBytes: number): string {
  const text =
    `warning: the sandbox ran out of memory: at ${formatSize(limit)}, with what is in /tmp and /dev/shm, the kernel ended a ` +
    "process in it";
  const more = toMore(limit);
  const most = Math.floor(machineBytes / mebibyte) * mebibyte;
  if (machineBytes === 0 || more <= most) {
    return `${text}; for more: vaultbox run --memory ${formatSize(more)} …`;
  }
  if (most <= limit) return `${text}; this machine has no more: let less run at once`;
  return `${text}; for all that this machine has: vaultbox run --memory ${formatSize(most)} …`;
}

/** Twice as much, in whole units. */
function toMore(limit: number): number {
  const unit = 2 * limit < gibibyte ? mebibyte : gibibyte;
  return Math.ceil((2 * limit) / unit) * unit;
}
