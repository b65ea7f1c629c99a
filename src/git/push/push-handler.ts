// One push: its commands are read and decided, its pack is looked at where the decision needs it, and only then does a
// byte of it go upstream. A refused push is answered as git's own server would, so that the client shows why.
import { GitProtocolError } from "../wire/git-protocol-error.ts";
import { flushPkt } from "../wire/pkt-line.ts";
import { createReportMerger } from "../wire/push-report.ts";
import { readPushRequest } from "../wire/push-request.ts";
import { pushRequestLimits } from "../wire/push-update.ts";
import { headerValues, withHeader } from "../../http/header-fields.ts";
import { Refusal } from "../../http/refusal.ts";
import type {
  Disposition,
  ForwardDisposition,
  HandledRequest,
  RepositoryUpdate,
  ResponseTransform,
} from "../../http/handler.ts";
import { type GitAccess, maxPackBytes } from "./git-access.ts";
import type { PushInquiry } from "./cache/push-inquiry.ts";
import { PackRefused } from "./cache/unproven.ts";
import type { PushInspector } from "./push-inspector.ts";
import { judgeByCommands, judgeByPack, type Judgement } from "./push-judgement.ts";
import { onlyCommands, toPushBody } from "./push-body.ts";
import { answerRefusedPush, answerUnreadPush, describeGrant, drain } from "./refused-push.ts";
import { memoryOfText } from "../../http/hold.ts";

/** @throws Refusal when the request isn't a push that git would send, or the upstream can't be asked */
export async function passPush(
  request: HandledRequest,
  access: GitAccess,
  inspector: PushInspector,
): Promise<Disposition> {
  try {
    return await readAndPass(request, access, inspector);
  } catch (error) {
    if (!(error instanceof GitProtocolError)) throw error;
    // A client that still sends wouldn't read the answer
    await drain(request.next, maxPackBytes(access));
    return answerUnreadPush(error, access);
  }
}

async function readAndPass(
  request: HandledRequest,
  access: GitAccess,
  inspector: PushInspector,
): Promise<Disposition> {
  // Behind an encoding the commands can't be read as they come; git never sends one here
  if (headerValues(request.head.headers, "content-encoding").length > 0) {
    throw new Refusal(415, "git-not-allowed", "a push with a Content-Encoding is not looked into");
  }
  await request.hold.take(memoryOfText(mostCommandBytes(request)));
  const push = await readPushRequest(request.next);
  if (push.kind === "probe") return passProbe(request, access);
  const judgement = judgeByCommands(push, access);
  if (judgement.isRefused) return await refuse(request, judgement);
  const inspection = await inspector.open({
    authority: access.authority,
    path: access.path,
    repository: access.repository,
    rule: access.rules[0]!.source.label,
    objectFormat: push.objectFormat,
    maxPackBytes: maxPackBytes(access),
    checksObjects: judgement.needs.paths,
  });
  try {
    return await passInspected(request, judgement, inspection);
  } catch (error) {
    await inspection[Symbol.asyncDispose]();
    throw error;
  }
}

/** What is read of a push before its pack. */
function mostCommandBytes({ head }: HandledRequest): number {
  const most = pushRequestLimits.maxCommandBytes + pushRequestLimits.maxPushOptionBytes;
  return typeof head.body === "number" ? Math.min(head.body, most) : most;
}

/** Before a large push git asks with a lone flush whether its credential is good; nothing is done by it. */
function passProbe(request: HandledRequest, access: GitAccess): ForwardDisposition {
  return {
    type: "forward",
    repository: access.repository,
    headers: request.head.headers,
    body: onlyCommands(flushPkt),
  };
}

async function passInspected(
  request: HandledRequest,
  byCommands: Judgement,
  inspection: PushInquiry,
): Promise<Disposition> {
  const { push } = byCommands;
  let judgement = byCommands.withUpstream(await inspection.upstreamRefs());
  if (!judgement.isRefused && judgement.needs.pack) {
    try {
      if (push.hasPack) await inspection.receive(push.rest);
      judgement = await judgeByPack(judgement, inspection);
    } catch (error) {
      if (!(error instanceof PackRefused)) throw error;
      judgement = judgement.refuseAll(error.message);
    }
  }
  if (judgement.isRefused) {
    await inspection[Symbol.asyncDispose]();
    return await refuse(request, judgement);
  }
  note(request, judgement);
  return forwardPush(request, judgement, inspection);
}

function forwardPush(
  request: HandledRequest,
  judgement: Judgement,
  inspection: PushInquiry,
): ForwardDisposition {
  return {
    type: "forward",
    repository: judgement.access.repository,
    headers: withHeader(request.head.headers, "accept-encoding", "identity"),
    body: toPushBody(request, judgement, inspection),
    response: judgement.refusals.size === 0 ? undefined : toMergedReport(judgement),
    release: async () => inspection[Symbol.asyncDispose](),
  };
}

/** The upstream's report with what isn't pushed. */
function toMergedReport(judgement: Judgement): ResponseTransform {
  const { push, refusals } = judgement;
  const lines = describeGrant(judgement);
  return {
    begin: ({ status }) =>
      status === 200 ? createReportMerger({ request: push, refusals, lines }) : undefined,
  };
}

async function refuse(request: HandledRequest, judgement: Judgement): Promise<Disposition> {
  const { push, access } = judgement;
  note(request, judgement);
  if (push.reportStatus === "none" && push.sideBand === 0) {
    // It would take any answer of git's own for success
    const [why = "not allowed"] = judgement.refusals.values();
    throw new Refusal(403, "git-not-allowed", `refused to push to ${access.repository}: ${why}`);
  }
  // A client that still sends wouldn't read the answer
  await drain(push.rest, maxPackBytes(access));
  return answerRefusedPush(judgement);
}

function note(request: HandledRequest, { push, refusals }: Judgement): void {
  const updates = push.commands.map(({ ref, from, to }): RepositoryUpdate => {
    const refused = refusals.get(ref);
    return { ref, from, to, refused };
  });
  request.note({ updates });
}
