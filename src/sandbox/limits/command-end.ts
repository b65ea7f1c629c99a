import { constants } from "node:os";
import type { Engine, RunningContainer } from "../../engine/engine.ts";
import { formatSize, gibibyte, mebibyte } from "../../base/units.ts";

/** 128 + n, as a shell reports it. */
export function toSignalStatus(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** How a command ended. */
interface CommandEnd {
  readonly status: number;
  /** Whether vaultbox ended it */
  readonly isOurs: boolean;
  /** Whether this machine's kernel ended a process for the container's memory; where it is another's, the engine says it */
  readonly outOfMemory: boolean;
  /** Of the container, `bytes` */
  readonly memoryBytes: number;
}

/** What to tell of the end of a command whose reason can't be seen in its sandbox: out of memory, or killed by somebody. */
export async function toEndNote(
  container: Pick<RunningContainer, "inspect" | "readEvents">,
  engine: Promise<Engine>,
  { status, isOurs, outOfMemory, memoryBytes }: CommandEnd,
): Promise<string | undefined> {
  // An engine that is gone says it elsewhere
  const [events, facts] = await Promise.all([
    container.readEvents().catch(() => undefined),
    status === 0 ? undefined : container.inspect().catch(() => undefined),
  ]);
  if (outOfMemory || events?.outOfMemory === true || facts?.outOfMemory === true) {
    return toMemoryNote(memoryBytes, (await (await engine).info()).memoryBytes);
  }
  if (status !== toSignalStatus("SIGKILL") || isOurs) return undefined;
  // Podman doesn't say which signal it was
  const who =
    events?.signals.some((signal) => signal === "SIGKILL" || signal === "") === true
      ? "somebody killed the container (docker kill, docker stop, docker rm)"
      : "a process in the sandbox sent it, or this machine itself was out of memory (dmesg)";
  return `SIGKILL ended the command; it wasn't vaultbox, nor the sandbox's memory of ${formatSize(memoryBytes)}: ${who}`;
}

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
