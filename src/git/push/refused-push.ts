import { type GitProtocolError, TooManyRefsError } from "../wire/git-protocol-error.ts";
import { flushPkt, toSideBand } from "../wire/pkt-line.ts";
import { toRefusedReport } from "../wire/push-report.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { toShellWord } from "../../base/shell-word.ts";
import { toHostHeader } from "../../http/authority.ts";
import type { AnswerDisposition } from "../../http/handler.ts";
import type { GitAccess } from "./git-access.ts";
import type { Judgement } from "./push-judgement.ts";

/** The most of a refused push's pack that is read to no end before the connection is closed instead, in bytes. */
const maxDrainedBytes = 1024 ** 3;
/** Refs and rules that are listed to the client. */
const maxLines = 5;
/** Every client that takes side bands takes packets of this size. */
const smallPacketBytes = 1000;

const resultHeaders: AnswerDisposition["headers"] = [
  ["Content-Type", "application/x-git-receive-pack-result"],
  ["Cache-Control", "no-cache"],
];

/** The answer of a push of which nothing is done: git's own report, and on the side band what is allowed. */
export function answerRefusedPush(judgement: Judgement): AnswerDisposition {
  const { push, refusals } = judgement;
  return {
    type: "answer",
    status: 200,
    headers: resultHeaders,
    body: toRefusedReport({ request: push, refusals, lines: describeGrant(judgement) }),
    refusal: "git-not-allowed",
  };
}

/**
 * The answer of a push whose commands can't be read: git shows nothing of an HTTP error here, but what comes on the band
 * of fatal errors. A client without side bands takes it for a broken answer.
 */
export function answerUnreadPush(error: GitProtocolError, access: GitAccess): AnswerDisposition {
  const why = `the push cannot be read: ${error.message}`;
  const lines = error instanceof TooManyRefsError ? [why, toParts(error, access)] : [why];
  const text = lines.map((line) => `vaultbox: ${line}\n`).join("");
  return {
    type: "answer",
    status: 200,
    headers: resultHeaders,
    body: Buffer.concat([toSideBand(3, Buffer.from(text), smallPacketBytes), flushPkt]),
    refusal: "request-invalid",
  };
}

/** A push of each part is below the limits, however long the refs' names are. */
const refsOfPart = 100;

/** What pushes the same refs in parts, when it's pasted into the client's shell. */
function toParts({ folders }: TooManyRefsError, { authority, path }: GitAccess): string {
  const url = `${authority.scheme}://${toHostHeader(authority)}${path}`;
  const list = `git for-each-ref --format='%(refname)' ${folders.join(" ")}`;
  return `push them in parts: ${list} | xargs -n ${refsOfPart} git push ${toShellWord(url)}`;
}

/** What the client is told beside the report: which refs were refused and why, then what may be pushed. */
export function describeGrant({ refusals, access }: Judgement): readonly string[] {
  const { rules, repository } = access;
  const refused = [...refusals].slice(0, maxLines).map(([ref, why]) => `refused ${ref}: ${why}`);
  const grants = rules.flatMap(describeRule).slice(0, maxLines);
  const allowed = grants.length === 0 ? ["nothing"] : grants;
  return [...refused, `what may be pushed to ${repository}: ${allowed.join("; ")}`];
}

function describeRule({ push }: GitRule): readonly string[] {
  if (push === undefined || push.refs.length === 0) return [];
  const names = push.refs.map((ref) => ref.replace(/^refs\/heads\//, "")).join(", ");
  const not = [
    ...(push.create ? [] : ["no new refs"]),
    ...(push.force ? [] : ["no force"]),
    ...(push.delete ? [] : ["no delete"]),
    ...(push.tags ? [] : ["no tags"]),
  ];
  return [not.length === 0 ? names : `${names} (${not.join(", ")})`];
}

/** Reads what the client still sends, so that it gets to reading the answer. */
export async function drain(
  next: () => Promise<Buffer | undefined>,
  maxPackBytes: number,
): Promise<void> {
  const most = Math.min(maxDrainedBytes, 2 * maxPackBytes);
  let size = 0;
  for (let piece = await next(); piece !== undefined; piece = await next()) {
    size += piece.length;
    if (size > most) return;
  }
}
