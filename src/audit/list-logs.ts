import type { FileHandle } from "node:fs/promises";
import { isSystemError } from "../base/fs/beneath.ts";
import { openRegularFile } from "../base/fs/regular-file.ts";
import type { AuditRecord, SessionEndEvent } from "./audit-event.ts";
import { parseLine } from "./chain.ts";
import type { LogFile } from "./session-log.ts";
import { readLinesOf } from "./read-lines.ts";

/** What a session's log says of it at its beginning and its end; what it doesn't say is missing. */
export interface ListedLog {
  readonly session: string;
  readonly path: string;
  /** `bytes` */
  readonly size: number;
  /** RFC 3339, UTC, of its last record; of a file that has none, when it was written to */
  readonly writtenAt: string;
  readonly startedAt?: string;
  readonly command?: readonly string[];
  readonly workspace?: string;
  readonly endedAt?: string;
  readonly status?: number;
  readonly requests?: number;
  readonly refused?: number;
}

/** How far a start is looked for; notes may come before it. */
const firstLines = 20;
/** More than the longest last record takes. */
const tailBytes = 64 * 1024;

/**
 * What logs say of their sessions, in the order of the files. Of each the first records and the last one are read,
 * whatever its size; its hashes are `verifyAudit`'s business.
 */
export async function listLogs(files: readonly LogFile[]): Promise<readonly ListedLog[]> {
  const logs: ListedLog[] = [];
  for (const file of files) {
    const log = await readLog(file);
    if (log !== undefined) logs.push(log);
  }
  return logs;
}

async function readLog({ session, path }: LogFile): Promise<ListedLog | undefined> {
  try {
    await using handle = await openRegularFile(path);
    const { size, mtime } = await handle.stat();
    const last = await readLast(handle, size);
    return {
      session,
      path,
      size,
      writtenAt: last?.at ?? mtime.toISOString(),
      ...(await readStart(handle)),
      ...(last?.type === "session.end" && toEnd(last)),
    };
  } catch (error) {
    // Removed meanwhile: a session that has no log isn't one of these
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

async function readLast(handle: FileHandle, size: number): Promise<AuditRecord | undefined> {
  const from = Math.max(0, size - tailBytes);
  const tail = Buffer.alloc(size - from);
  const { bytesRead } = await handle.read(tail, 0, tail.length, from);
  const lines = tail.toString("latin1", 0, bytesRead).split("\n").slice(0, -1);
  return parseLine(lines.at(-1) ?? "")?.record;
}

async function readStart(
  handle: FileHandle,
): Promise<Pick<ListedLog, "startedAt" | "command" | "workspace">> {
  for await (const { number, text, isComplete } of readLinesOf(handle)) {
    if (!isComplete || number > firstLines) break;
    const record = parseLine(text)?.record;
    if (record?.type !== "session.start") continue;
    const { at, command, workspace } = record;
    return { startedAt: at, command, ...(workspace === undefined ? {} : { workspace }) };
  }
  return {};
}

function toEnd({
  at,
  status,
  requests,
  refused,
}: AuditRecord & SessionEndEvent): Partial<ListedLog> {
  return { endedAt: at, status, requests, refused };
}
