import type { RepositoryUpdate } from "../http/handler.ts";

/** Facts of one audit event before it is chained; every text in it was redacted by its writer and holds no query string. */
export type AuditEvent = (
  | SessionStartEvent
  | RequestDecisionEvent
  | RequestOutcomeEvent
  | SessionNoteEvent
  | SessionEndEvent
) & {
  /** Set by the log when it holds less than the event */
  readonly cut?: readonly CutValue[];
};

export interface SessionStartEvent {
  readonly type: "session.start";
  readonly session: string;
  readonly command: readonly string[];
  readonly agent?: string;
  readonly image?: string;
  readonly workspace?: string;
  readonly link?: string;
  /** SHA-256 of the effective policy's canonical JSON, hex */
  readonly policyHash: string;
  readonly vaults: readonly string[];
}

export interface RequestDecisionEvent {
  readonly type: "request.decision";
  /** Number of the request within the session, from 1; joins the decision to its outcome */
  readonly request: number;
  readonly verdict: "allow" | "deny";
  /** Upper-case method, or `CONNECT` / `TLS` when the refusal came before a request */
  readonly method: string;
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  /** Canonical path without query; empty before a request was read */
  readonly path: string;
  /** It asked for a WebSocket */
  readonly websocket?: true;
  /** `rule.source.label` of the rule that decided */
  readonly rule?: string;
  /** Reason code of a refusal, as in `X-Vaultbox-Refusal` */
  readonly reason?: string;
  /** `vault/name` of the credential that will be attached */
  readonly credential?: string;
  /** Those that go on it beside that one, each on a field of its own */
  readonly otherCredentials?: readonly string[];
  /**
   * What it does to other paths (`Destination`, `x-amz-copy-source`), each as the request that would do the same; of a
   * refusal for one of them, that one
   */
  readonly others?: readonly { readonly method: string; readonly path: string }[];
  /** `owner/name`, of a request that a `git:` entry decided */
  readonly repository?: string;
  readonly updates?: readonly RepositoryUpdate[];
  /** Set on a request of vaultbox's own: the decision it was needed for, as in `push` */
  readonly check?: string;
  /** Object id of the commit or tag that was signed */
  readonly signed?: string;
  /** What stands out: `placeholder-at-wrong-host`, `foreign-credential`, `authority-mismatch` … */
  readonly flags?: readonly string[];
  /** Every authority the client named, when they disagreed */
  readonly claimed?: Readonly<Record<string, string>>;
}

export interface RequestOutcomeEvent {
  readonly type: "request.outcome";
  readonly request: number;
  readonly outcome:
    | "completed"
    | "refused"
    | "upstream-failed"
    | "client-aborted"
    | "limit-exceeded"
    | "internal-error";
  /** HTTP status sent to the client, 0 when none was sent */
  readonly status: number;
  /** The address that was dialled, when one was */
  readonly address?: string;
  readonly reason?: string;
  /** The request that was answered inside of a refused tunnel, as in a decision */
  readonly inside?: Pick<
    RequestDecisionEvent,
    "method" | "scheme" | "path" | "websocket" | "flags"
  >;
  /** What the reason leaves open: the credential, program or variable that a secret could not be had from */
  readonly detail?: string;
  /** Bytes of the request body sent upstream */
  readonly bytesUp: number;
  /** Bytes of the response body sent to the client */
  readonly bytesDown: number;
  readonly durationMs: number;
}

export interface SessionNoteEvent {
  readonly type: "session.note";
  readonly note: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

export interface SessionEndEvent {
  readonly type: "session.end";
  readonly status: number;
  readonly requests: number;
  readonly refused: number;
}

/** A value that was too long for the log. */
export interface CutValue {
  /** Names and indexes that lead to it: `detail.path`, `command.3` */
  readonly field: string;
  /** Characters of the text (the log's ends with an ellipsis), or entries of the list */
  readonly length: number;
  /** SHA-256, hex, of the whole text in UTF-8, or of the whole list as JSON */
  readonly sha256: string;
}

/** One line of `audit.jsonl`: the event in its chain. `hash` = SHA-256, hex, over the line's bytes before `,"hash"`, `prev` included. */
export type AuditRecord = AuditEvent & {
  readonly seq: number;
  /** RFC 3339, UTC, milliseconds */
  readonly at: string;
  readonly prev: string;
  readonly hash: string;
};

/**
 * Whether an allowed request was refused on its way after all: by a limit, an address or a credential that can't be had.
 * Summaries count it beside what was denied, and filters show it so.
 */
export function isRefusedLater({ outcome }: Pick<RequestOutcomeEvent, "outcome">): boolean {
  return outcome === "refused" || outcome === "limit-exceeded";
}
