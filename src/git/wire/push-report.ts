// What a server answers to a push (gitprotocol-pack, "Report Status"): made here for a push of which nothing is done, and
// completed for one that was sent on with fewer refs than the client named.
import { toPrintable } from "../../base/printable.ts";
import {
  type AnswerTransform,
  encodePkt,
  flushPkt,
  type Pkt,
  PktQueue,
  toPkt,
  toSideBand,
} from "./pkt-line.ts";
import type { Push } from "./push-request.ts";
import { GitProtocolError } from "./git-protocol-error.ts";

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
function toVerdict(what: string, packetBytes: number): readonly Buffer[] {
  return [toSideBand(3, Buffer.from(`vaultbox: ${what} of this push was done\n`), packetBytes)];
}

/** What becomes of one refused ref. */
function toFailureLine(ref: string, reason: string): Buffer {
  return toPkt(`ng ${ref} ${toPrintable(reason).slice(0, maxReasonLength)}\n`);
}

/** Lines for the user's terminal. */
function toNotices(lines: readonly string[], packetBytes: number): Buffer {
  const text = lines.map((line) => `vaultbox: ${toPrintable(line).slice(0, maxLineLength)}\n`);
  return Buffer.concat(text.map((line) => toSideBand(2, Buffer.from(line), packetBytes)));
}

/** Bytes of an upstream's report that are kept until it's whole: a thousand refs with long names. */
const maxReportBytes = 4 * 1024 * 1024;

/**
 * Adds the refused refs to the report of an upstream that was sent the others, and the lines for the user. A client that
 * asked for no report gets an error on the side band; one that asked for neither can be told nothing: it must not get a
 * part of its push done.
 */
export function createReportMerger(refusal: PushRefusal): AnswerTransform {
  const { request } = refusal;
  const report = createReport(refusal);
  const queue = new PktQueue();
  let isOver = false;
  const take = (pkt: Pkt): Buffer => {
    if (isOver) throw new GitProtocolError("the answer to the push goes on behind its end");
    if (pkt.type !== "data" && pkt.type !== "flush") {
      throw new GitProtocolError(`the answer to the push holds a ${pkt.type} packet`);
    }
    if (request.sideBand === 0) return report.add(encodePkt(pkt));
    if (pkt.type === "data") return takeBand(pkt.data, report);
    isOver = true;
    const verdict =
      request.reportStatus === "none" ? toVerdict("only a part", request.sideBand) : [];
    return Buffer.concat([report.finish(), ...verdict, flushPkt]);
  };
  return {
    push: (piece) => {
      queue.add(piece);
      const out: Buffer[] = [];
      for (let pkt = queue.take(); pkt !== undefined; pkt = queue.take()) out.push(take(pkt));
      return Buffer.concat(out);
    },
    end: () => {
      if (queue.isAtBoundary) return report.finish();
      throw new GitProtocolError("the answer to the push ends inside a packet");
    },
  };
}

function takeBand(data: Buffer, report: ReportInProgress): Buffer {
  const band = data[0];
  if (band !== 1 && band !== 2 && band !== 3) {
    throw new GitProtocolError("the answer to the push isn't on a side band");
  }
  // An empty packet of band 1 keeps the connection alive
  return band !== 1 || data.length === 1 ? toPkt(data) : report.add(data.subarray(1));
}

interface ReportInProgress {
  /** Takes bytes of the report; gives what may go to the client */
  readonly add: (bytes: Buffer) => Buffer;
  /** What wasn't given yet */
  readonly finish: () => Buffer;
}

/** Keeps an upstream's report until its flush, in front of which the refused refs go. */
function createReport({ request, refusals, lines }: PushRefusal): ReportInProgress {
  const { sideBand } = request;
  const queue = new PktQueue(maxReportBytes);
  let kept: Buffer[] = [];
  let notices = sideBand === 0 ? Buffer.alloc(0) : toNotices(lines, sideBand);
  let isWhole = request.reportStatus === "none";
  const give = (bytes: readonly Buffer[]): Buffer => {
    const content = Buffer.concat(bytes);
    const out = [notices, sideBand === 0 ? content : toSideBand(1, content, sideBand)];
    notices = Buffer.alloc(0);
    return Buffer.concat(out);
  };
  return {
    add: (bytes) => {
      if (isWhole) return give([bytes]);
      queue.add(bytes);
      for (let pkt = queue.take(); pkt !== undefined; pkt = queue.take()) {
        if (pkt.type === "flush") {
          isWhole = true;
          const whole = [...kept, ...toFailureLines(request.commands, refusals), flushPkt];
          kept = [];
          return give([...whole, queue.rest()]);
        }
        kept.push(encodePkt(pkt));
      }
      return Buffer.alloc(0);
    },
    finish: () => {
      // A report that broke off stays without its end, so that the client sees that something went wrong
      const rest = kept;
      kept = [];
      return give(rest);
    },
  };
}

function toFailureLines(
  commands: PushRefusal["request"]["commands"],
  refusals: ReadonlyMap<string, string>,
): readonly Buffer[] {
  return commands.flatMap(({ ref }) => {
    const reason = refusals.get(ref);
    return reason === undefined ? [] : [toFailureLine(ref, reason)];
  });
}
