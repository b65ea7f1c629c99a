import type { AuditRecord } from "./audit-event.ts";
import { RequestCollector, readAudit } from "./read-audit.ts";
import type { AuditedRequest, RequestFilter } from "./read-audit.ts";
import { type AuditSummary, createSummary } from "./summarise.ts";

type Recorded<Type extends AuditRecord["type"]> = Extract<AuditRecord, { readonly type: Type }>;

/** What `audit show` shows of one session. */
export interface SessionReport {
  readonly start: Recorded<"session.start"> | undefined;
  readonly end: Recorded<"session.end"> | undefined;
  readonly notes: readonly Recorded<"session.note">[];
  /** How many notes there are beyond those */
  readonly moreNotes: number;
  /** The requests that match, oldest first */
  readonly requests: readonly AuditedRequest[];
  /** How many matched, those beyond the limit included */
  readonly matched: number;
  /** Of the whole session, whatever the filter */
  readonly summary: AuditSummary;
}

/** Notes kept for a report; the log holds all. */
const maxNotes = 2500;

/**
 * Reads a log once, holding what the filter keeps.
 * @param session whose log it is to be; without one, whosever
 * @throws VaultboxError VBX_SESSION_UNKNOWN, VBX_AUDIT_DAMAGED
 */
export async function readSessionReport(
  path: string,
  filter: RequestFilter,
  session?: string,
): Promise<SessionReport> {
  const requests = new RequestCollector(filter);
  const summary = createSummary();
  const notes: Recorded<"session.note">[] = [];
  let start: SessionReport["start"];
  let end: SessionReport["end"];
  let noteCount = 0;
  for await (const record of readAudit(path, session)) {
    requests.add(record);
    summary.add(record);
    if (record.type === "session.start") start ??= record;
    else if (record.type === "session.end") end = record;
    else if (record.type === "session.note" && noteCount++ < maxNotes) notes.push(record);
  }
  const { matched } = requests;
  const moreNotes = noteCount - notes.length;
  return {
    start,
    end,
    notes,
    moreNotes,
    requests: requests.requests,
    matched,
    summary: summary.current(),
  };
}
