import type { AuditEvent } from "../audit/audit-event.ts";
import { openAuditLog, type AuditLog } from "../audit/audit-log.ts";
import { createSummary, type LiveSummary } from "../audit/summarise.ts";

/** The audit log of a session from its first record to its last, and what it comes to. */
export interface SessionLog {
  readonly audit: AuditLog;
  readonly summary: LiveSummary;
  /** Writes the last record and closes; never rejects */
  readonly end: (status: number) => Promise<void>;
}

/** @throws VaultboxError VBX_AUDIT_UNWRITABLE */
export async function openSessionLog(path: string, session: string): Promise<SessionLog> {
  const summary = createSummary();
  let isStarted = false;
  const onEvent = (event: AuditEvent): void => {
    if (event.type === "session.start") isStarted = true;
    summary.add(event);
  };
  const audit = await openAuditLog(path, { session, onEvent, onLost: summary.addUnrecorded });
  return {
    audit,
    summary,
    end: async (status) => {
      // Otherwise its end would be all that is recorded of a session that failed on the way
      if (!isStarted) audit.note("not-started");
      const { requests, refused } = summary.current();
      // A log that can't be written has refused the requests already; the session's own failure is what is reported
      await audit.end({ status, requests, refused }).catch(() => undefined);
    },
  };
}
