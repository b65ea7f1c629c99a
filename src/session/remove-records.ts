import { rm } from "node:fs/promises";
import { type ListedLog, listLogs } from "../audit/list-logs.ts";
import { findLogFiles } from "../audit/session-log.ts";
import type { Paths } from "../base/paths.ts";
import { hasEnded } from "../base/process-id.ts";
import { readActiveSessions, readState, sessionFolder } from "../base/session-state.ts";

/** What was recorded of sessions, and is gone now. */
export interface RemovedRecords {
  readonly sessions: readonly string[];
  /** Of their audit logs, `bytes` */
  readonly bytes: number;
}

/**
 * Removes the audit logs, and what else is recorded, of sessions that ended before a time. One that runs, or that
 * something is left of to clean up, stays; so does one of which nothing says that it ended.
 * @param before RFC 3339, UTC
 */
export async function removeOldRecords(paths: Paths, before: string): Promise<RemovedRecords> {
  const active = new Set((await readActiveSessions(paths)).map(({ id }) => id));
  const logs = await listLogs(await findLogFiles(paths.sessions));
  const old = logs.filter(({ session, writtenAt }) => writtenAt < before && !active.has(session));
  const removed: ListedLog[] = [];
  for (const log of old) {
    if (!(await isOver(paths, log))) continue;
    await rm(sessionFolder(paths, log.session), { recursive: true, force: true });
    removed.push(log);
  }
  return {
    sessions: removed.map(({ session }) => session),
    bytes: removed.reduce((sum, { size }) => sum + size, 0),
  };
}

async function isOver(paths: Paths, { session, endedAt }: ListedLog): Promise<boolean> {
  if (endedAt !== undefined) return true;
  const state = await readState(paths, session);
  return state !== undefined && (state.endedAt !== undefined || (await hasEnded(state.owner)));
}
