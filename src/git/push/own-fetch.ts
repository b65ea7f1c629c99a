// Fetches of the host's own: refs, history and trees of the upstream, asked with the session's credential. The client
// has no say in them but which repository it pushes to.
import { type Advertisement, parseAdvertisement } from "../wire/advertisement.ts";
import { type FetchWish, toFetchRequest, type UploadPackRequest } from "../wire/fetch-request.ts";
import { readFetchResponse } from "../wire/fetch-response.ts";
import { GitProtocolError } from "../wire/git-protocol-error.ts";
import { headerValues, type HeaderField } from "../../http/header-fields.ts";
import { Refusal } from "../../http/refusal.ts";
import type { HandlerTools, OwnResponse } from "../../http/handler.ts";
import type { FetchedPack, Upstream } from "./cache/upstream.ts";
import type { InspectedPush } from "./cache/push-knowledge.ts";
import type { Authority } from "../../http/authority.ts";
import type { Hold } from "../../http/hold.ts";

/** Bytes of one answer with a pack. */
const maxAnswerBytes = 1024 ** 3;

/** Memory that one byte of a list of refs takes, as names and ids: measured. */
const refsFactor = 3;

/** Stands in the audit beside the requests that were made for a push. */
export const pushCheck = "push";

/** Where a push is to go, and what will be asked about it. */
export interface PushToInspect extends Omit<InspectedPush, "origin" | "upstream"> {
  readonly authority: Authority;
  /** `owner/name`, for the credential */
  readonly repository: string;
  /** `rule.source.label` of the rule that the push is under */
  readonly rule: string;
  /** Nothing is pushed, the upstream is only asked what it has: a credential that may read is enough */
  readonly onlyReads?: true;
}

type Service = "git-upload-pack" | "git-receive-pack";

type FetchOrder = Pick<FetchWish, "wants" | "haves" | "filter" | "depth">;

/**
 * The upstream of a push, for looking at it. Every method @throws Refusal
 * @param hold for its refs, which are kept as long as the push is looked at
 */
export function openHostFetch(tools: HandlerTools, push: PushToInspect, hold: Hold): Upstream {
  let refs: Promise<ReadonlyMap<string, string>> | undefined;
  let server: Promise<Advertisement> | undefined;
  const fetchPack = async (order: FetchOrder): Promise<FetchedPack> => {
    server ??= readAdvertisement(tools, push, {
      service: "git-upload-pack",
      headers: [version2],
      hold,
    });
    const advertisement = await server;
    const request = await asRefusal(() => toFetchRequest({ ...advertisement, ...order }));
    return sendFetch(tools, push, { ...request, version: advertisement.version });
  };
  return {
    // As a push sees them: those are the refs that its commands are about
    refs: () =>
      (refs ??= readAdvertisement(tools, push, {
        service: push.onlyReads === true ? "git-upload-pack" : "git-receive-pack",
        headers: [],
        hold,
      }).then((list) => list.refs)),
    fetchHistory: ({ wants, haves }) => fetchPack({ wants, haves, filter: "tree:0" }),
    fetchTrees: (commits) =>
      fetchPack({ wants: commits, haves: [], filter: "blob:none", depth: 1 }),
  };
}

async function readAdvertisement(
  tools: HandlerTools,
  push: PushToInspect,
  // Without version 2, the refs come with the first answer
  order: {
    readonly service: Service;
    readonly headers: readonly HeaderField[];
    readonly hold: Hold;
  },
): Promise<Advertisement> {
  const { service, headers, hold } = order;
  await using response = await tools.send({
    ...toWhere(push),
    method: "GET",
    target: `${push.path}/info/refs?service=${service}`,
    headers: [
      ["accept", `application/x-${service}-advertisement`],
      ["accept-encoding", "identity"],
      ...headers,
    ],
  });
  checkAnswer(response, `application/x-${service}-advertisement`);
  const list = await asRefusal(() => parseAdvertisement(holding(response, hold)));
  if (list.objectFormat === push.objectFormat) return list;
  throw unusable(`it has ${list.objectFormat} objects, and the push ${push.objectFormat}`);
}

function holding(response: OwnResponse, hold: Hold): OwnResponse["next"] {
  return async () => {
    const piece = await response.next();
    hold.grow(refsFactor * (piece?.length ?? 0));
    return piece;
  };
}

async function sendFetch(
  tools: HandlerTools,
  push: PushToInspect,
  { headers, body, version }: UploadPackRequest & Pick<FetchWish, "version">,
): Promise<FetchedPack> {
  const target = `${push.path}/git-upload-pack`;
  const response = await tools.send({ ...toWhere(push), method: "POST", target, headers, body });
  try {
    checkAnswer(response, "application/x-git-upload-pack-result");
    const limits = { version, maxBytes: maxAnswerBytes };
    const pack = await asRefusal(() => readFetchResponse(response.next, limits));
    return {
      next: () => asRefusal(pack.next),
      [Symbol.asyncDispose]: () => response[Symbol.asyncDispose](),
    };
  } catch (error) {
    await response[Symbol.asyncDispose]();
    throw error;
  }
}

const version2: HeaderField = ["git-protocol", "version=2"];

function toWhere({ authority, repository, rule }: PushToInspect) {
  return { authority, repository, rule, check: pushCheck };
}

function checkAnswer({ head }: OwnResponse, type: string): void {
  if (head.status !== 200) throw unusable(`it answered ${head.status}`);
  const [contentType] = headerValues(head.headers, "content-type");
  if (contentType?.toLowerCase() === type) return;
  throw unusable("its answer isn't git's");
}

async function asRefusal<Value>(work: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GitProtocolError)) throw error;
    throw unusable(error.message, error);
  }
}

function unusable(why: string, cause?: unknown): Refusal {
  const what = `the push cannot be checked against the upstream: ${why}`;
  return new Refusal(502, "upstream-invalid", what, { cause });
}
