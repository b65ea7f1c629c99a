// A repository's LFS server: batches and locks, at the git host itself.
import {
  lfsContentType,
  readLfsBatch,
  readLfsLock,
  toLfsBatchBody,
  type LfsPlace,
} from "../lfs.ts";
import type { RepositoryAction } from "../repository-call.ts";
import { decideRepositoryCall } from "../entry/decide-repository-call.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { filterBySpelling } from "../entry/git-rules.ts";
import { Refusal } from "../../http/refusal.ts";
import type {
  AnswerDisposition,
  HandledRequest,
  ForwardDisposition,
  Disposition,
} from "../../http/handler.ts";
import { createLfsBatchTransform } from "./lfs-batch-answer.ts";
import type { LfsGrants } from "./lfs-grants.ts";
import { headerValues, withHeader } from "../../http/header-fields.ts";
import { bufferedBody } from "../../http/body.ts";
import { readJson } from "./lfs-json.ts";

/** Bytes of a batch or a lock request: a thousand objects have room. */
const maxRequestBytes = 1024 * 1024;

/** A request to a repository's LFS server, with the entries that name the repository. */
export interface LfsAccess {
  readonly place: LfsPlace;
  readonly rules: readonly GitRule[];
}

/** Where what a batch leads to is kept. */
interface GrantKeeper {
  readonly grants: LfsGrants;
  /** Milliseconds since the epoch */
  readonly now: () => number;
}

/** Decides a batch or a request about locks. */
export async function passToServer(
  keeper: GrantKeeper,
  request: HandledRequest,
  { place, rules: named }: LfsAccess,
): Promise<Disposition> {
  const access = { place, rules: filterBySpelling(named, place.repository) };
  request.note({ rule: named[0]!.source.label, repository: place.repository });
  if (place.endpoint === "unknown")
    return refuse(place, "this part of LFS's API is not understood");
  if (request.method !== "GET") checkType(request);
  return place.endpoint === "batch"
    ? passBatch(keeper, request, access)
    : passLock(request, access, place.endpoint);
}

async function passBatch(
  keeper: GrantKeeper,
  request: HandledRequest,
  { place, rules }: LfsAccess,
): Promise<Disposition> {
  const plain = request.method === "POST" ? await readJson(request, maxRequestBytes) : undefined;
  const batch = readLfsBatch(plain);
  if (batch === undefined) return refuse(place, "this LFS batch is not understood");
  const action = batch.operation === "download" ? "read" : "lfs-write";
  const rule = decide(place, rules, { type: action });
  if ("type" in rule) return rule;
  const hosts = rules.flatMap(({ lfsHosts }) => lfsHosts);
  return {
    ...forward(request, place, toLfsBatchBody(batch)),
    response: createLfsBatchTransform({
      ...keeper,
      batch,
      storage: { gitHost: request.authority, hosts },
      repository: place.repository,
      rule: rule.source.label,
    }),
  };
}

async function passLock(
  request: HandledRequest,
  { place, rules }: LfsAccess,
  endpoint: "locks" | "verify-locks" | "unlock",
): Promise<Disposition> {
  const plain = request.method === "GET" ? undefined : await readJson(request, maxRequestBytes);
  const lock = readLfsLock(endpoint, request.method, plain);
  if (lock === undefined) return refuse(place, "this LFS lock request is not understood");
  const rule = decide(place, rules, lock.action);
  if ("type" in rule) return rule;
  return lock.body === undefined
    ? { type: "forward", repository: place.repository }
    : forward(request, place, lock.body);
}

function forward(request: HandledRequest, place: LfsPlace, body: unknown): ForwardDisposition {
  return {
    type: "forward",
    repository: place.repository,
    headers: withHeader(
      withHeader(request.head.headers, "accept-encoding", "identity"),
      "content-type",
      lfsContentType,
    ),
    body: bufferedBody(JSON.stringify(body)),
  };
}

/** The rule that allows it, or the refusal. */
function decide(
  place: LfsPlace,
  rules: readonly GitRule[],
  action: RepositoryAction,
): GitRule | AnswerDisposition {
  const verdict = decideRepositoryCall(rules, { repository: place.repository, action });
  return verdict.verdict === "allow" ? verdict.rule : refuse(place, verdict.what);
}

function checkType(request: HandledRequest): void {
  const [type = "", ...rest] = headerValues(request.head.headers, "content-type");
  const isKnown = /^application\/vnd\.git-lfs\+json(?: *; *charset=utf-8)?$/i.test(type);
  if (isKnown && rest.length === 0 && request.query === "") return;
  throw new Refusal(403, "git-not-allowed", "only git-lfs's own requests are understood here");
}

/** In the form that git-lfs shows: LFS's own error object. */
function refuse(place: LfsPlace, why: string): AnswerDisposition {
  const message = `vaultbox: refused at ${place.repository}: ${why}`;
  return {
    type: "answer",
    status: 403,
    headers: [["Content-Type", lfsContentType]],
    body: Buffer.from(`${JSON.stringify({ message })}\n`),
    refusal: "git-not-allowed",
  };
}
