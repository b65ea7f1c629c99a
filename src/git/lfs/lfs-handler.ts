// Git LFS: batches and locks at the git host, decided like reading and pushing; then the transfers that a batch led to.
import { readLfsPlace } from "../lfs.ts";
import {
  filterByRepository,
  findGitRules,
  gitRulesAt,
  type GitPolicy,
} from "../entry/git-rules.ts";
import { Refusal } from "../../http/refusal.ts";
import type { Disposition, HandledRequest, Handler, RequestView } from "../../http/handler.ts";
import { createLfsGrants, type LfsGrants } from "./lfs-grants.ts";
import { type LfsAccess, passToServer } from "./lfs-server.ts";
import { passTransfer } from "./lfs-transfer.ts";

const transferKinds = ["git", "lfs"] as const;

interface LfsHandler {
  readonly policy: GitPolicy;
  readonly grants: LfsGrants;
  readonly now: () => number;
}

/** @param options.now in milliseconds since the epoch */
export function createLfsHandler(options: {
  readonly policy: GitPolicy;
  readonly now?: () => number;
}): Handler {
  const now = options.now ?? Date.now;
  const handler: LfsHandler = { policy: options.policy, grants: createLfsGrants(now), now };
  return {
    match: (view) => {
      // First: a server may keep its objects below info/lfs. Nothing else on a storage host is ours
      if (isTransfer(handler, view)) {
        return { exclusive: true, handle: (request) => passToStorage(handler, request) };
      }
      const access = findAccess(handler, view);
      if (access === undefined) return undefined;
      return {
        exclusive: access.rules.some(({ exclusive }) => exclusive),
        handle: (request) => passToServer(handler, request, access),
      };
    },
  };
}

function isTransfer({ policy, grants }: LfsHandler, { authority, query }: RequestView): boolean {
  if (!query.startsWith("?vaultbox=") || grants.find(query) === undefined) return false;
  return transferKinds.some((kind) => gitRulesAt(policy, authority, kind).length > 0);
}

function findAccess({ policy }: LfsHandler, request: RequestView): LfsAccess | undefined {
  const place = readLfsPlace(request.path);
  if (place === undefined) return undefined;
  const rules = findGitRules(policy, request.authority, place.repository);
  return rules.length === 0 ? undefined : { place, rules };
}

async function passToStorage(handler: LfsHandler, request: HandledRequest): Promise<Disposition> {
  const { grants, policy } = handler;
  const grant = grants.find(request.query);
  if (grant === undefined || grant === "unknown") {
    throw new Refusal(
      403,
      "git-not-allowed",
      "the token of this LFS transfer has expired, or was never given; ask for another (git lfs fetch, git lfs push)",
    );
  }
  request.note({ rule: grant.rule, repository: grant.repository });
  const rules = transferKinds.flatMap((kind) => gitRulesAt(policy, grant.authority, kind));
  const named = filterByRepository(rules, grant.repository);
  return passTransfer(request, { grant, hosts: named.flatMap(({ lfsHosts }) => lfsHosts), grants });
}
