// Git LFS: batches and locks at the git host, decided like reading and pushing; then the transfers that a batch led to.
import {
  lfsContentType,
  readLfsBatch,
  readLfsLock,
  readLfsPlace,
  toLfsBatchBody,
  type LfsPlace,
} from "../../../git/lfs.ts";
import type { RepositoryAction } from "../../../git/repository-call.ts";
import { decideRepositoryCall } from "../../../policy/decide-repository-call.ts";
import type { GitRule } from "../../../policy/git-rule.ts";
import {
  filterByRepository,
  findGitRules,
  gitRulesAt,
  filterBySpelling,
  type GitPolicy,
} from "../../../policy/git-rules.ts";
import { headerValues } from "../../http1/header.ts";
import { Refusal } from "../../refusal.ts";
import { bufferedBody, readJson } from "../buffered-body.ts";
import type { AnswerPassage, Door, DoorRequest, ForwardPassage, Passage } from "../door.ts";
import { withHeader } from "../headers.ts";
import { createLfsBatchTransform } from "./lfs-batch-answer.ts";
import { createLfsGrants, type LfsGrants } from "./lfs-grants.ts";
import { passTransfer } from "./lfs-transfer.ts";

/** Bytes of a batch or a lock request: a thousand objects have room. */
const maxRequestBytes = 1024 * 1024;

const transferKinds = ["git", "lfs"] as const;

interface LfsDoor {
  readonly policy: GitPolicy;
  readonly grants: LfsGrants;
  readonly now: () => number;
}

/** A request to a repository's LFS server, with the entries that name the repository. */
interface LfsAccess {
  readonly place: LfsPlace;
  readonly rules: readonly GitRule[];
}

/** @param options.now in milliseconds since the epoch */
export function createLfsDoor(options: {
  readonly policy: GitPolicy;
  readonly now?: () => number;
}): Door {
  const now = options.now ?? Date.now;
  const door: LfsDoor = { policy: options.policy, grants: createLfsGrants(now), now };
  return {
    claim: (request) => {
      // Nothing else on a storage host is ours
      if (isTransfer(door, request)) return { exclusive: true };
      const access = findAccess(door, request);
      return access && { exclusive: access.rules.some(({ exclusive }) => exclusive) };
    },
    pass: (request) => {
      // First: a server may keep its objects below info/lfs
      if (isTransfer(door, request)) return passToStorage(door, request);
      const access = findAccess(door, request);
      if (access === undefined) throw new Error("only a claimed request is passed");
      return passToServer(door, request, access);
    },
  };
}

function isTransfer({ policy, grants }: LfsDoor, { authority, query }: DoorRequest): boolean {
  if (!query.startsWith("?vaultbox=") || grants.find(query) === undefined) return false;
  return transferKinds.some((kind) => gitRulesAt(policy, authority, kind).length > 0);
}

function findAccess({ policy }: LfsDoor, request: DoorRequest): LfsAccess | undefined {
  const place = readLfsPlace(request.path);
  if (place === undefined) return undefined;
  const rules = findGitRules(policy, request.authority, place.repository);
  return rules.length === 0 ? undefined : { place, rules };
}

async function passToStorage(door: LfsDoor, request: DoorRequest): Promise<Passage> {
  const { grants, policy } = door;
  const grant = grants.find(request.query);
  if (grant === undefined || grant === "unknown") {
    throw new Refusal(
      403,
      "git-not-allowed",
      "the leave for this LFS transfer is over, or was never given; ask for it again (git lfs fetch, git lfs push)",
    );
  }
  request.note({ rule: grant.rule, repository: grant.repository });
  const rules = transferKinds.flatMap((kind) => gitRulesAt(policy, grant.authority, kind));
  const named = filterByRepository(rules, grant.repository);
  return passTransfer(request, { grant, hosts: named.flatMap(({ lfsHosts }) => lfsHosts), grants });
}

async function passToServer(
  door: LfsDoor,
  request: DoorRequest,
  { place, rules: named }: LfsAccess,
): Promise<Passage> {
  const access = { place, rules: filterBySpelling(named, place.repository) };
  request.note({ rule: named[0]!.source.label, repository: place.repository });
  if (place.endpoint === "unknown")
    return refuse(place, "this part of LFS's API is not understood");
  if (request.method !== "GET") checkType(request);
  return place.endpoint === "batch"
    ? passBatch(door, request, access)
    : passLock(request, access, place.endpoint);
}

async function passBatch(
  door: LfsDoor,
  request: DoorRequest,
  { place, rules }: LfsAccess,
): Promise<Passage> {
  const plain = request.method === "POST" ? await readJson(request, maxRequestBytes) : undefined;
  const batch = readLfsBatch(plain);
  if (batch === undefined) return refuse(place, "this LFS batch is not understood");
  const action = batch.operation === "download" ? "read" : "lfs-write";
  const rule = decide(place, rules, { type: action });
  if ("type" in rule) return rule;
  const { grants, now } = door;
  const { authority } = request;
  const storage = { gitHost: authority, hosts: rules.flatMap(({ lfsHosts }) => lfsHosts) };
  const { repository } = place;
  return {
    ...forward(request, place, toLfsBatchBody(batch)),
    response: createLfsBatchTransform({
      batch,
      storage,
      repository,
      rule: rule.source.label,
      grants,
      now,
    }),
  };
}

async function passLock(
  request: DoorRequest,
  { place, rules }: LfsAccess,
  endpoint: "locks" | "verify-locks" | "unlock",
): Promise<Passage> {
  const plain = request.method === "GET" ? undefined : await readJson(request, maxRequestBytes);
  const lock = readLfsLock(endpoint, request.method, plain);
  if (lock === undefined) return refuse(place, "this LFS lock request is not understood");
  const rule = decide(place, rules, lock.action);
  if ("type" in rule) return rule;
  return lock.body === undefined
    ? { type: "forward", repository: place.repository }
    : forward(request, place, lock.body);
}

function forward(request: DoorRequest, place: LfsPlace, body: unknown): ForwardPassage {
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
): GitRule | AnswerPassage {
  const verdict = decideRepositoryCall(rules, { repository: place.repository, action });
  return verdict.verdict === "allow" ? verdict.rule : refuse(place, verdict.what);
}

function checkType(request: DoorRequest): void {
  const [type = "", ...rest] = headerValues(request.head.headers, "content-type");
  const isKnown = /^application\/vnd\.git-lfs\+json(?: *; *charset=utf-8)?$/i.test(type);
  if (isKnown && rest.length === 0 && request.query === "") return;
  throw new Refusal(403, "git-not-allowed", "only git-lfs's own requests are understood here");
}

/** In the form that git-lfs shows: LFS's own error object. */
function refuse(place: LfsPlace, why: string): AnswerPassage {
  const message = `vaultbox: refused at ${place.repository}: ${why}`;
  return {
    type: "answer",
    status: 403,
    headers: [["Content-Type", lfsContentType]],
    body: Buffer.from(`${JSON.stringify({ message })}\n`),
    refusal: "git-not-allowed",
  };
}
