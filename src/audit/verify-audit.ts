import { type AuditHead, readHead } from "./audit-head.ts";
import type { AuditRecord } from "./audit-event.ts";
import { quoted } from "../base/printable.ts";
import { genesisHash, parseLine } from "./chain.ts";
import { type LogLine, readLogLines } from "./read-lines.ts";

type AuditFindingKind =
  | "edited"
  | "deleted"
  | "out-of-order"
  | "replaced"
  | "truncated"
  | "head-missing"
  | "incomplete-last-line";

/** One place where the log isn't what was written. */
interface AuditFinding {
  readonly kind: AuditFindingKind;
  /** Line of the file, from 1; the one after the last for what is missing at the end */
  readonly line: number;
  readonly message: string;
}

export interface AuditVerification {
  /**
   * `incomplete`: everything verifies up to a last line without its line break, as after a crash.
   * `damaged`: something was changed, removed, added or moved.
   */
  readonly status: "intact" | "incomplete" | "damaged";
  readonly session: string | undefined;
  /** Records whose own hash holds */
  readonly records: number;
  /** Whether the last record is `session.end` */
  readonly ended: boolean;
  /** At most `maxFindings` */
  readonly findings: readonly AuditFinding[];
}

/** More findings say nothing new. */
const maxFindings = 20;

/**
 * Checks every line against the chain and the end of the log against its head. The chain has no key: it shows what was
 * changed by anyone who didn't recompute it to the end together with the head, and the box can reach neither.
 * @param session whose log it is to be; without one, whosever its head says
 * @throws VaultboxError VBX_SESSION_UNKNOWN, VBX_AUDIT_DAMAGED when the file can't be read
 */
export async function verifyAudit(path: string, session?: string): Promise<AuditVerification> {
  // Before the log: a running session only makes the log longer
  const head = await readHead(path);
  const check = new ChainCheck(typeof head === "object" ? head : undefined, session);
  for await (const line of readLogLines(path)) check.line(line);
  return check.finish(head);
}

class ChainCheck {
  readonly #head: AuditHead | undefined;
  readonly #findings: AuditFinding[] = [];
  #session: string | undefined;
  #lines = 0;
  #records = 0;
  #expected: { seq: number; prev: string | undefined };
  #last: AuditRecord | undefined;
  #isIncomplete = false;

  constructor(head: AuditHead | undefined, wanted: string | undefined) {
    this.#head = head;
    this.#session = wanted ?? head?.session;
    this.#expected = { seq: 1, prev: this.#session && genesisHash(this.#session) };
    if (head !== undefined && head.session !== this.#session) {
      this.#find("replaced", 1, `it is the log of session ${quoted(head.session)}`);
    }
  }

  line(line: LogLine): void {
    this.#lines = line.number;
    const parsed = parseLine(line.text);
    if (!line.isComplete) {
      this.#isIncomplete = true;
      this.#find("incomplete-last-line", line.number, "the last line has no end, as after a crash");
      return;
    }
    if (parsed === undefined) {
      this.#find("edited", line.number, "not an audit record");
      this.#resume(this.#expected.seq + 1, undefined);
      return;
    }
    if (!parsed.isSealed) {
      this.#find("edited", line.number, "its hash is not that of its content");
      // The next line still tells what this one's hash was
      this.#resume(this.#expected.seq + 1, undefined);
      return;
    }
    this.#sealed(line.number, parsed.record);
  }

  #sealed(line: number, record: AuditRecord): void {
    this.#records += 1;
    if (record.type === "session.start") this.#session ??= record.session;
    if (record.seq === 1 && this.#session !== undefined) {
      this.#expected = { ...this.#expected, prev: genesisHash(this.#session) };
    }
    const { seq, prev } = this.#expected;
    if (record.seq > seq) {
      this.#find("deleted", line, `records ${seq} to ${record.seq - 1} are missing before it`);
    } else if (record.seq < seq) {
      const message = `record ${record.seq} where record ${seq} belongs: repeated, moved or inserted`;
      this.#find("out-of-order", line, message);
    } else if (prev !== undefined && record.prev !== prev) {
      this.#find("replaced", line, "it doesn't follow the record before it");
    } else if (this.#last?.type === "session.end") {
      this.#find("out-of-order", line, "it comes after the end of the session");
    }
    if (this.#head?.seq === record.seq && this.#head.hash !== record.hash) {
      this.#find("replaced", line, "it is not the record that was synced to disk");
    }
    this.#last = record;
    this.#resume(record.seq + 1, record.hash);
  }

  #resume(seq: number, prev: string | undefined): void {
    this.#expected = { seq, prev };
  }

  finish(head: AuditHead | "unreadable" | undefined): AuditVerification {
    const end = this.#lines + 1;
    const reached = this.#expected.seq - 1;
    if (head === undefined || head === "unreadable") {
      const what = head === undefined ? "there is no" : "cannot read the";
      this.#find(
        "head-missing",
        end,
        `${what} audit.head beside the log: a cut end can't be excluded`,
      );
    } else if (reached < head.seq) {
      const message = `records ${reached + 1} to ${head.seq} are missing at the end`;
      this.#find("truncated", end, message);
    } else if (head.ended && this.#last?.type !== "session.end") {
      this.#find("truncated", end, "the session ended, and its last record is missing");
    }
    const isDamaged = this.#findings.some(({ kind }) => kind !== "incomplete-last-line");
    return {
      status: isDamaged ? "damaged" : this.#isIncomplete ? "incomplete" : "intact",
      session: this.#session,
      records: this.#records,
      ended: this.#last?.type === "session.end",
      findings: this.#findings,
    };
  }

  #find(kind: AuditFindingKind, line: number, message: string): void {
    if (this.#findings.length < maxFindings) this.#findings.push({ kind, line, message });
  }
}
