import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { isRefusedLater } from "./audit-event.ts";
import type { AuditRecord, RequestDecisionEvent, RequestOutcomeEvent } from "./audit-event.ts";
import { genesisHash, parseLine } from "./chain.ts";
import { readLogLines } from "./read-lines.ts";

/** A request as a reader wants it: its decision, and its outcome once there is one. */
export interface AuditedRequest {
  /** RFC 3339 time of the decision */
  readonly at: string;
  readonly decision: RequestDecisionEvent;
  readonly outcome?: RequestOutcomeEvent;
}

/** Which requests to keep; every field that is set must match. */
export interface RequestFilter {
  /** Canonical host, or `*.host` for its subdomains */
  readonly host?: string;
  readonly method?: string;
  readonly refusedOnly?: boolean;
  /** RFC 3339, UTC; compared as text, which is how the log's times sort */
  readonly since?: string;
  /** The newest so many; all without it */
  readonly limit?: number;
}

/**
 * The records of a log of any size. An incomplete last line is left out; any other line that isn't a record throws:
 * a listing that quietly skips lines would show what a forger wants. Hashes are `verifyAudit`'s business.
 * @param session whose log it is to be; without one, whosever
 * @throws VaultboxError VBX_SESSION_UNKNOWN, VBX_AUDIT_DAMAGED
 */
export async function* readAudit(path: string, session?: string): AsyncGenerator<AuditRecord> {
  for await (const line of readLogLines(path)) {
    if (!line.isComplete) return;
    yield toRecord(path, line, session);
  }
}

/**
 * @param session whose log it is to be; without one, whosever
 * @throws VaultboxError VBX_AUDIT_DAMAGED
 */
export function toRecord(
  path: string,
  line: { readonly number: number; readonly text: string },
  session?: string,
): AuditRecord {
  const parsed = parseLine(line.text);
  const isFirst = session !== undefined && parsed?.record.seq === 1;
  if (isFirst && parsed?.record.prev !== genesisHash(session)) {
    throw new VaultboxError(
      "VBX_AUDIT_DAMAGED",
      `cannot read the audit log ${quoted(path)}: it is not the one of session ${session}`,
      { hints: [`what is damaged: vaultbox audit verify ${session}`] },
    );
  }
  if (parsed !== undefined) return parsed.record;
  throw new VaultboxError(
    "VBX_AUDIT_DAMAGED",
    `cannot read line ${line.number} of the audit log ${quoted(path)}: not an audit record`,
    { hints: ["what else is damaged, of the newest session: vaultbox audit verify"] },
  );
}

/** Collects requests that match; feed it every record in order. Holds no more than `limit` of them, and what is under way. */
export class RequestCollector {
  readonly #filter: RequestFilter;
  readonly #kept = new Map<number, AuditedRequest>();
  /** What was allowed and may still be refused, where only that counts */
  readonly #open = new Map<number, AuditedRequest>();
  #matched = 0;

  constructor(filter: RequestFilter) {
    this.#filter = filter;
  }

  add(record: AuditRecord): void {
    if (record.type === "request.decision") this.#decide(record);
    else if (record.type === "request.outcome") this.#conclude(record);
  }

  #decide(record: RequestDecisionEvent & AuditRecord): void {
    if (!matches(this.#filter, record)) return;
    const request = { at: record.at, decision: record };
    if (this.#filter.refusedOnly === true && record.verdict === "allow") {
      this.#open.set(record.request, request);
    } else this.#keep(request);
  }

  #keep(request: AuditedRequest): void {
    this.#matched += 1;
    this.#kept.set(request.decision.request, request);
    const { limit } = this.#filter;
    if (limit === undefined || this.#kept.size <= limit) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  #conclude(record: RequestOutcomeEvent & AuditRecord): void {
    const request = this.#kept.get(record.request);
    if (request !== undefined) this.#kept.set(record.request, { ...request, outcome: record });
    const open = this.#open.get(record.request);
    this.#open.delete(record.request);
    if (open !== undefined && isRefusedLater(record)) this.#keep({ ...open, outcome: record });
  }

  /** How many matched, those beyond `limit` included */
  get matched(): number {
    return this.#matched;
  }

  get requests(): readonly AuditedRequest[] {
    return [...this.#kept.values()].sort((a, b) => a.decision.request - b.decision.request);
  }
}

/** Whether a decision passes the filter; whether it was refused, and the limit, aren't looked at. */
function matches(
  filter: RequestFilter,
  decision: RequestDecisionEvent & { readonly at: string },
): boolean {
  if (filter.method !== undefined && decision.method !== filter.method.toUpperCase()) return false;
  if (filter.since !== undefined && decision.at < filter.since) return false;
  return filter.host === undefined || isHostMatch(filter.host.toLowerCase(), decision.host);
}

function isHostMatch(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
}
