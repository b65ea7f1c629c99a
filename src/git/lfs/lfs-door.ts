// Git LFS: batches and locks at the git host, decided like reading and pushing; then the transfers that a batch led to.
import { readLfsPlace } from "../lfs.ts";
import {
  filterByRepository,
  findGitRules,
  gitRulesAt,
  type GitPolicy,
} from "../../policy/git-rules.ts";
import { Refusal } from "../../http/refusal.ts";
import type { Door, DoorRequest, Passage } from "../../proxy/decide/handler.ts";
import { createLfsGrants, type LfsGrants } from "./lfs-grants.ts";
import { type LfsAccess, passToServer } from "./lfs-server.ts";
import { passTransfer } from "./lfs-transfer.ts";

const transferKinds = ["git", "lfs"] as const;

interface LfsDoor {
  readonly policy: GitPolicy;
  readonly grants: LfsGrants;
  readonly now: () => number;
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
      "the token of this LFS transfer has expired, or was never given; ask for another (git lfs fetch, git lfs push)",
    );
  }
  request.note({ rule: grant.rule, repository: grant.repository });
  const rules = transferKinds.flatMap((kind) => gitRulesAt(policy, grant.authority, kind));
  const named = filterByRepository(rules, grant.repository);
  return passTransfer(request, { grant, hosts: named.flatMap(({ lfsHosts }) => lfsHosts), grants });
}
