import { setTimeout as sleep } from "node:timers/promises";
import { openRegularFile } from "../base/fs/regular-file.ts";
import type { AuditRecord } from "./audit-event.ts";
import { maxLineBytes } from "./bounded-event.ts";
import { toRecord } from "./read-audit.ts";
import { unreadable } from "./read-lines.ts";

/** How often a quiet log is looked at: file notifications don't cross bind mounts and network file systems. */
const pollMs = 200;
const chunkBytes = 64 * 1024;

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
  await using handle = await openRegularFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let pending = "";
  let number = 0;
  while (signal?.aborted !== true) {
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, null);
    if (bytesRead === 0) {
      if (!(await waited(signal))) return;
      continue;
    }
    const lines = (pending + chunk.toString("latin1", 0, bytesRead)).split("\n");
    pending = (lines.pop() ?? "").slice(0, maxLineBytes);
    for (const text of lines) {
      number += 1;
      const record = toRecord(path, { number, text }, session);
      yield record;
      if (record.type === "session.end") return;
    }
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
