import type { AuditEvent } from "../audit/audit-event.ts";
import { openAuditLog, type AuditLog } from "../audit/audit-log.ts";
import type { SessionListener } from "./session-events.ts";

/** The audit log of a session from its first record to its last. */
export interface SessionLog {
  readonly audit: AuditLog;
  /** Writes the last record and closes; never rejects */
  readonly end: (facts: SessionEndFacts) => Promise<void>;
}

interface SessionEndFacts {
  readonly status: number;
  readonly requests: number;
  readonly refused: number;
}

/**
 * @param tell told of what is recorded, once it is
 * @throws VaultboxError VBX_AUDIT_UNWRITABLE
 */
export async function openSessionLog(
  path: string,
  session: string,
  tell: SessionListener,
): Promise<SessionLog> {
  let isStarted = false;
  const onEvent = (event: AuditEvent): void => {
    if (event.type === "session.start") isStarted = true;
    tell({ type: "recorded", event });
  };
  const onLost = (event: AuditEvent): void => tell({ type: "unrecorded", event });
  const audit = await openAuditLog(path, { session, onEvent, onLost });
  return {
    audit,
    end: async ({ status, requests, refused }) => {
      // Otherwise its end would be all that is recorded of a session that failed on the way
      if (!isStarted) audit.note("not-started");
      // A log that can't be written has refused the requests already; the session's own failure is what is reported
      await audit.end({ status, requests, refused }).catch(() => undefined);
    },
  };
}
