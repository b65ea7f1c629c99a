import { setTimeout as sleep } from "node:timers/promises";
import type { AuditRecord } from "./audit-event.ts";
import { toRecord } from "./read-audit.ts";
import { openForReading, readLinesOf } from "./read-lines.ts";

/** How often a quiet log is looked at: file notifications don't cross bind mounts and network file systems. */
const pollMs = 200;

/**
 * The records of a log as they are written, from the first one on. Ends after `session.end`, or when `signal` aborts.
 * @throws VaultboxError VBX_SESSION_UNKNOWN, VBX_AUDIT_DAMAGED
 */
export async function* followAudit(
  path: string,
  options: {
    readonly signal?: AbortSignal;
    /** Whose log it is to be; without one, whosever */
    readonly session?: string;
  } = {},
): AsyncGenerator<AuditRecord> {
  const { signal, session } = options;
  await using handle = await openForReading(path);
  const awaitMore = (): Promise<boolean> => waited(signal);
  for await (const line of readLinesOf(handle, awaitMore)) {
    if (!line.isComplete || signal?.aborted === true) return;
    const record = toRecord(path, line, session);
    yield record;
    if (record.type === "session.end") return;
  }
}

async function waited(signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await sleep(pollMs, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch (error) {
    if (signal?.aborted === true) return false;
    throw error;
  }
}
