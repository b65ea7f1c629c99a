// What a server answers to a push (gitprotocol-pack, "Report Status"): made here for a push of which nothing
// is done; push-report-merger.ts completes one.
import { toPrintable } from "../../base/printable.ts";
import { flushPkt, toPkt } from "./pkt-line.ts";
import type { Push } from "./push-request.ts";
import { toSideBand } from "./side-band.ts";

/** Why refs of a push aren't changed, and what its user is told. */
export interface PushRefusal {
  readonly request: Pick<Push, "commands" | "reportStatus" | "sideBand">;
  /** Full ref name → reason, in a few words */
  readonly refusals: ReadonlyMap<string, string>;
  /** Shown by the client as `remote: vaultbox: …` */
  readonly lines: readonly string[];
}

/** Reason of the refs that could have been changed, had they come alone. */
const takenAlong = "not done: another ref of this push was refused";
/** Characters of a reason and of a line at most: both are one line on a terminal. */
const maxReasonLength = 300;
const maxLineLength = 500;

/**
 * The body of the answer to a push of which nothing is done. A client that asked for no report gets an error on the side
 * band instead, as it would take everything else for success; one that asked for neither can't be told here, and the
 * body is empty: another status than 200 is due.
 */
export function toRefusedReport({ request, refusals, lines }: PushRefusal): Buffer {
  const { commands, reportStatus, sideBand } = request;
  const failures = commands.map(({ ref }) => toFailureLine(ref, refusals.get(ref) ?? takenAlong));
  const report = Buffer.concat([toPkt("unpack ok\n"), ...failures, flushPkt]);
  if (sideBand === 0) return reportStatus === "none" ? Buffer.alloc(0) : report;
  const verdict =
    reportStatus === "none" ? toVerdict("nothing", sideBand) : [toSideBand(1, report, sideBand)];
  return Buffer.concat([toNotices(lines, sideBand), ...verdict, flushPkt]);
}

/** For a client without a report: it ends with a failure. */
export function toVerdict(what: string, packetBytes: number): readonly Buffer[] {
  return [toSideBand(3, Buffer.from(`vaultbox: ${what} of this push was done\n`), packetBytes)];
}

/** What becomes of one refused ref. */
export function toFailureLine(ref: string, reason: string): Buffer {
  return toPkt(`ng ${ref} ${toPrintable(reason).slice(0, maxReasonLength)}\n`);
}

/** Lines for the user's terminal. */
export function toNotices(lines: readonly string[], packetBytes: number): Buffer {
  const text = lines.map((line) => `vaultbox: ${toPrintable(line).slice(0, maxLineLength)}\n`);
  return Buffer.concat(text.map((line) => toSideBand(2, Buffer.from(line), packetBytes)));
}
