import type {
  AuditRecord,
  RequestDecisionEvent,
  RequestOutcomeEvent,
  SessionNoteEvent,
} from "../../audit/audit-event.ts";
import type { AuditedRequest } from "../../audit/read-audit.ts";
import { describeUpdates } from "../../audit/ref-updates.ts";
import type { SessionReport } from "../../audit/session-report.ts";
import { summaryLines } from "../../audit/summarise.ts";
import type { Paint } from "../../base/paint.ts";
import { formatDuration, formatSize } from "../../base/units.ts";
import type { Handoff } from "../../workspace/handoff/handoff.ts";
import { cutForTerminal } from "../output.ts";
import { terminalWidth, toTable, widest } from "../table.ts";
import { toLeftLines } from "../../workspace/handoff/handoff-text.ts";

/** Of a URL, a method, a command line and a note on a terminal, characters. */
const maxUrlLength = 120;
const maxMethodLength = 20;
const maxCommandLength = 500;
const maxNoteLength = 300;

/** The verdict of a request that was refused, behind its time, and the count of them. */
export const auditPaints: readonly Paint[] = [
  { pattern: /^\d\d:\d\d:\d\d\.\d{3} {2}(deny) /d, style: "red" },
  { pattern: /^\d+ requests?, ([1-9]\d* refused)/d, style: "yellow" },
];

/** Where a report comes from. */
interface ReportedLog {
  readonly session: string;
  readonly path: string;
  /** What was found at the session's end; undefined: the notes tell of it */
  readonly handoff?: Handoff | undefined;
}

/** The report as lines; whoever prints them makes them printable. */
export function toReportLines(report: SessionReport, log: ReportedLog): readonly string[] {
  const { start, end, notes, moreNotes, requests, matched } = report;
  const left = log.handoff === undefined ? [] : toLeftLines(log.handoff);
  const lines = [`session ${log.session}`, "", `  Log: ${log.path}`];
  if (start !== undefined) {
    lines.push(`  Command: ${toCommandText(start.command)}`, `  Started: ${start.at}`);
    if (start.workspace !== undefined) lines.push(`  Workspace: ${start.workspace}`);
  } else if (end !== undefined) lines.push("  Command: not started");
  lines.push(
    end === undefined ? "  Ended: not recorded" : `  Ended: ${end.at}, exit status ${end.status}`,
  );
  // What is listed with all of it
  const others =
    left.length === 0 ? notes : notes.filter(({ note }) => !note.startsWith("handoff"));
  for (const note of others) lines.push(`  Note: ${toClock(note.at)} ${toNoteText(note)}`);
  if (moreNotes > 0) lines.push(`  Note: and ${moreNotes} more, in the log`);
  if (left.length > 0) lines.push("", ...left);
  const none = report.summary.requests === 0 ? "no request was made" : "no request matches";
  const listed = requests.length === 0 ? [none] : toRequestLines(requests, matched);
  lines.push("", ...listed, "", ...summaryLines(report.summary));
  return lines;
}

function toRequestLines(requests: readonly AuditedRequest[], matched: number): readonly string[] {
  const headings = ["time (UTC)", "verdict", "status", "method", "url", "down", "took", "why"];
  const rows = requests.map(({ at, decision, outcome }) => [
    toClock(at),
    decision.verdict,
    outcome === undefined || outcome.status === 0 ? "-" : String(outcome.status),
    cutForTerminal(decision.method, maxMethodLength),
    toUrl(decision),
    outcome === undefined ? "-" : formatSize(outcome.bytesDown),
    outcome === undefined ? "-" : formatDuration(outcome.durationMs),
    [
      toWhy(decision, outcome === undefined ? "no outcome" : toFailure(outcome)),
      ...toInside(outcome),
    ].join(" "),
  ]);
  const whole = toTable(headings, rows, Infinity);
  // On two lines each, a request of any length reads better than cells one below the other
  const table = widest(whole) <= terminalWidth() ? whole : rows.flatMap(toTwoLines);
  const hidden = matched - requests.length;
  return hidden === 0 ? table : [...table, `${hidden} earlier ones match too, see --limit`];
}

function toTwoLines(row: readonly string[]): readonly string[] {
  const [time = "", verdict = "", status = "", method, url, down, took, why = ""] = row;
  const indent = " ".repeat(time.length + 2);
  const facts = [`${down} down, ${took}`, why].filter((text) => text !== "").join(": ");
  return [`${time}  ${verdict.padEnd(5)}  ${status.padEnd(3)}  ${method} ${url}`, indent + facts];
}

/** One record as a line of `audit follow`; `decided` is the decision that an outcome belongs to. */
export function toFollowLine(record: AuditRecord, decided?: RequestDecisionEvent): string {
  const time = toClock(record.at);
  switch (record.type) {
    case "session.start":
      return `${time}  start  ${toCommandText(record.command)}`;
    case "session.note":
      return `${time}  note   ${toNoteText(record)}`;
    case "session.end":
      return `${time}  end    exit status ${record.status}`;
    case "request.decision":
      return `${time}  ${record.verdict.padEnd(5)}  ${toRequestText(record)}  ${toWhy(record)}`.trimEnd();
    case "request.outcome": {
      const request = decided === undefined ? `request ${record.request}` : toRequestText(decided);
      const size = `${formatSize(record.bytesUp)} up, ${formatSize(record.bytesDown)} down`;
      const why =
        record.detail === undefined ? "" : `: ${cutForTerminal(record.detail, maxNoteLength)}`;
      const what = record.outcome === "completed" ? "" : `  ${record.outcome}${why}`;
      const took = `${formatDuration(record.durationMs)}${what}`;
      const facts = [`${size}, ${took}`, ...toInside(record)].join(" ");
      return `${time}  ${String(record.status).padEnd(5)}  ${request}  ${facts}`;
    }
  }
}

/** What a note says of what: `handoff kind="directory environments" path=".envrc"`. */
function toNoteText({ note, detail = {} }: SessionNoteEvent): string {
  const facts = Object.entries(detail).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return cutForTerminal([note, ...facts].join(" "), maxNoteLength);
}

function toRequestText(decision: RequestDecisionEvent): string {
  return `${cutForTerminal(decision.method, maxMethodLength)} ${toUrl(decision)}`;
}

function toUrl({ scheme, host, port, path }: RequestDecisionEvent): string {
  const isDefault = (scheme === "https" && port === 443) || (scheme === "http" && port === 80);
  const url = `${scheme}://${host}${isDefault ? "" : `:${port}`}${path}`;
  return cutForTerminal(url, maxUrlLength);
}

function toCommandText(command: readonly string[]): string {
  return cutForTerminal(command.join(" "), maxCommandLength);
}

/** The reason of an outcome, with what it leaves open. */
function toFailure({ reason, detail }: RequestOutcomeEvent): string | undefined {
  return detail === undefined ? reason : `${reason}: ${cutForTerminal(detail, maxNoteLength)}`;
}

function toWhy(decision: RequestDecisionEvent, outcomeReason?: string): string {
  const facts = [decision.reason ?? outcomeReason ?? decision.rule];
  if (decision.check !== undefined) facts.push(`(to decide a ${decision.check})`);
  facts.push(...describeUpdates(decision));
  if (decision.signed !== undefined) facts.push(`signed ${decision.signed}`);
  const { credential, otherCredentials = [] } = decision;
  if (credential !== undefined) facts.push(`with ${[credential, ...otherCredentials].join(", ")}`);
  if (decision.flags !== undefined && decision.flags.length > 0) {
    facts.push(`[${decision.flags.join(", ")}]`);
  }
  return facts.filter((fact) => fact !== undefined).join(" ");
}

/** What was asked for inside of a refused tunnel. */
function toInside(outcome: Pick<RequestOutcomeEvent, "inside"> | undefined): readonly string[] {
  if (outcome?.inside === undefined) return [];
  const { method, path, flags = [] } = outcome.inside;
  const asked = cutForTerminal(`${cutForTerminal(method, maxMethodLength)} ${path}`, maxUrlLength);
  return [`(for ${asked})`, ...(flags.length === 0 ? [] : [`[${flags.join(", ")}]`])];
}

function toClock(at: string): string {
  return at.slice(11, 23);
}

/** Text of records in order, each outcome with the request it ends. Holds the requests that are under way. */
export function createFollowText(): (record: AuditRecord) => string {
  const underWay = new Map<number, RequestDecisionEvent>();
  return (record) => {
    if (record.type === "request.decision") underWay.set(record.request, record);
    if (record.type !== "request.outcome") return toFollowLine(record);
    const decided = underWay.get(record.request);
    underWay.delete(record.request);
    return toFollowLine(record, decided);
  };
}
