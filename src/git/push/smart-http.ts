// Git's smart HTTP protocol (gitprotocol-http): three places below a repository, decided by its `git:` entries.
import { filterBySpelling, type GitPolicy } from "../entry/git-rules.ts";
import { createAdvertisementRewriter } from "../wire/advertisement-rewriter.ts";
import { toHostHeader } from "../../http/authority.ts";
import { headerValues, withHeader } from "../../http/header-fields.ts";
import { toShellWord } from "../../base/shell-word.ts";
import { Refusal } from "../../http/refusal.ts";
import type {
  Handler,
  HandledRequest,
  ForwardDisposition,
  Disposition,
  ResponseTransform,
} from "../../http/handler.ts";
import { findGitAccess, type GitAccess } from "./git-access.ts";
import { passPush } from "./push-handler.ts";
import type { PushInspector } from "./push-inspector.ts";

/** Clone, fetch and push of the repositories that the policy names. */
export function createSmartHttpHandler(parts: {
  readonly policy: GitPolicy;
  readonly inspector: PushInspector;
}): Handler {
  return {
    match: (view) => {
      const access = findGitAccess(parts.policy, view);
      if (access === undefined) return undefined;
      return {
        exclusive: access.rules.some(({ exclusive }) => exclusive),
        handle: (request) => {
          request.note({ rule: access.rules[0]!.source.label, repository: access.repository });
          return passThrough(request, access, parts.inspector);
        },
      };
    },
  };
}

async function passThrough(
  request: HandledRequest,
  access: GitAccess,
  inspector: PushInspector,
): Promise<Disposition> {
  const { service } = access;
  const rules = filterBySpelling(access.rules, access.repository);
  const isPush = service === "git-receive-pack" || isPushDiscovery(request);
  if (service === "info/refs") checkDiscovery(request);
  else checkPost(request, service);
  if (!isPush) {
    if (!rules.some(({ read }) => read)) throw refused(access, "read");
    return { type: "forward", repository: access.repository };
  }
  if (!rules.some(({ push }) => push !== undefined)) throw refused(access, "push to");
  if (service === "info/refs") return passDiscovery(request, access);
  return await passPush(request, { ...access, rules }, inspector);
}

function isPushDiscovery({ query }: HandledRequest): boolean {
  return query === "?service=git-receive-pack";
}

/** Only the two questions of the smart protocol: without `service` a server would answer the dumb one. */
function checkDiscovery({ method, query }: HandledRequest): void {
  const isKnown = query === "?service=git-upload-pack" || query === "?service=git-receive-pack";
  if (method === "GET" && isKnown) return;
  throw new Refusal(
    403,
    "git-not-allowed",
    "only GET info/refs?service=git-upload-pack or git-receive-pack is understood here",
  );
}

function checkPost({ method, query, head }: HandledRequest, service: string): void {
  const types = head.headers.filter(([name]) => name.toLowerCase() === "content-type");
  const isType = types.length === 1 && types[0]?.[1] === `application/x-${service}-request`;
  if (method === "POST" && query === "" && isType) return;
  throw new Refusal(403, "git-not-allowed", `only git's own POST of ${service} is understood here`);
}

/**
 * The refs before a push. `no-thin` is added to what the server can do: clients then send packs that need no object of
 * the server's, which is what lets the host look at them by themselves (gitprotocol-capabilities). For the same reason the client isn't
 * told of what the server shares with other repositories.
 */
function passDiscovery(request: HandledRequest, access: GitAccess): ForwardDisposition {
  const response: ResponseTransform = {
    begin: (head) => {
      if (head.status !== 200) return undefined;
      const [type = ""] = headerValues(head.headers, "content-type");
      if (type !== "application/x-git-receive-pack-advertisement") {
        throw new Refusal(
          502,
          "upstream-invalid",
          "the upstream does not speak git's smart protocol",
        );
      }
      return createAdvertisementRewriter({ addCapabilities: ["no-thin"], dropOthers: true });
    },
  };
  return {
    type: "forward",
    repository: access.repository,
    headers: withHeader(request.head.headers, "accept-encoding", "identity"),
    response,
  };
}

function refused({ authority, repository, rules }: GitAccess, verb: "read" | "push to"): Refusal {
  const url = `${authority.scheme}://${toHostHeader(authority)}/${repository}`;
  return new Refusal(
    403,
    "git-not-allowed",
    `refused to ${verb} ${repository}: the git entry for it (${rules[0]!.source.label}) does not allow it`,
    verb === "read"
      ? {}
      : {
          remedy: `vaultbox run --git ${toShellWord(`${url}:push=agent/*`)} …`,
          remedyWhen: "for branches named agent/NAME",
        },
  );
}
