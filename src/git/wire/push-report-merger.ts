// The report of a push that was sent on with fewer refs than the client named (gitprotocol-pack, "Report Status").
import type { AnswerTransform } from "./answer-transform.ts";
import { GitProtocolError } from "./git-protocol-error.ts";
import { encodePkt, flushPkt, type Pkt, PktQueue, toPkt } from "./pkt-line.ts";
import { type PushRefusal, toFailureLine, toNotices, toVerdict } from "./push-report.ts";
import { toSideBand } from "./side-band.ts";

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
