import type { AuditEvent } from "../audit/audit-event.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";

/** What happens in a session, for whoever listens: its summary, the terminal, a report. */
export type SessionEvent =
  /** In the audit log now: its start, decisions, outcomes, notes, its end */
  | { readonly type: "recorded"; readonly event: AuditEvent }
  /** The same for what the log has no room for */
  | { readonly type: "unrecorded"; readonly event: AuditEvent }
  /** For the user, one line */
  | { readonly type: "notice"; readonly text: string }
  /** What the sandbox left; told before the rest of the session is removed, which an engine may keep for long */
  | { readonly type: "handoff"; readonly session: string; readonly handoff: Handoff }
  /** Output is dropped that its reader doesn't take: what of it was written before keeps this process alive */
  | { readonly type: "output-dropped" };

export type SessionListener = (event: SessionEvent) => void;
