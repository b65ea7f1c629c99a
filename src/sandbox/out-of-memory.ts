import type { RunningContainer } from "../docker/engine.ts";
import { formatSize } from "../units.ts";

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/**
 * What to tell after a command failed in whose sandbox the kernel ended a process for its memory, the command itself (status
 * 137) or one that it had started; undefined when none was.
 * @param limit of the container, `bytes`
 */
export async function findOutOfMemory(
  container: Pick<RunningContainer, "inspect">,
  limit: number,
): Promise<string | undefined> {
  // An engine that is gone says it elsewhere
  const facts = await container.inspect().catch(() => undefined);
  if (facts?.outOfMemory !== true) return undefined;
  return (
    `warning: the sandbox ran out of memory: at ${formatSize(limit)}, with what is in /tmp and /dev/shm, the kernel ended a ` +
    `process in it; for more: vaultbox run --memory ${toMore(limit)} …`
  );
}

/** Twice as much, as a flag takes it. */
function toMore(limit: number): string {
  const more = 2 * limit;
  return more < gibibyte ? `${Math.ceil(more / mebibyte)}MiB` : `${Math.ceil(more / gibibyte)}GiB`;
}
