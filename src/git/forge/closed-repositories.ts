// Whether an answer may show something of a repository that no entry lets be read, by whatever name it is asked for.
import { readNamedRepositories } from "../named-repositories.ts";
import {
  createRepositoryLookup,
  isTelling,
  type RepositoryId,
  type RepositoryLookup,
} from "./repository-lookup.ts";
import {
  closingRules,
  filterByRepository,
  forgeRulesAt,
  type GitPolicy,
  isClosed,
} from "../entry/git-rules.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { Refusal } from "../../http/refusal.ts";
import {
  type HandledRequest,
  type Handler,
  type HandlerTools,
  readingsOf,
} from "../../http/handler.ts";
import { toShown } from "./decide-calls.ts";

/** Looks repositories up that no entry is about. */
export interface ClosedRepositories {
  readonly lookUp: RepositoryLookup;
  /**
   * @param rules all of the forge
   * @param repository `owner/name` as the request writes it
   * @throws Refusal when it is closed, another name of one that is, or shares its objects, or when the forge doesn't tell
   */
  readonly checkRepository: (
    request: HandledRequest,
    rules: readonly GitRule[],
    repository: string,
  ) => Promise<void>;
  /**
   * The same for whatever a request to the forge may show.
   * @param path its own, or that by name
   */
  readonly checkRequest: (
    request: HandledRequest,
    rules: readonly GitRule[],
    path: string,
  ) => Promise<void>;
}

export function createClosedRepositories(tools: HandlerTools): ClosedRepositories {
  const lookUp = createRepositoryLookup(tools);
  const checkRepository: ClosedRepositories["checkRepository"] = async (
    request,
    rules,
    repository,
  ) => {
    const [closing] = closingRules(rules);
    if (closing === undefined) return;
    if (isClosed(rules, repository)) throw refuseClosed(request, closing);
    // What an entry lets be read is the user's own word
    if (filterByRepository(rules, repository).length > 0) return;
    const { forge } = closing;
    if (!isTelling(forge)) return;
    const repositoryId = await lookUp({ forge, rules, hold: request.hold }, { name: repository });
    if (repositoryId === undefined) throw refuseClosed(request, closing);
    await checkNames({ lookUp, request, rules }, repositoryId);
  };
  return {
    lookUp,
    checkRepository,
    checkRequest: async (request, rules, path) => {
      const [closing] = closingRules(rules);
      if (closing === undefined) return;
      const { authority, method, query } = request;
      const asked = { host: authority.host, gitHost: closing.host, method, path, query };
      const named = readNamedRepositories(closing.forge, asked);
      if (named.kind === "any") throw refuseClosed(request, closing);
      if (named.kind === "one") await checkRepository(request, rules, named.repository);
    },
  };
}

/**
 * Everything else at a forge where some repository is closed (`read: false`): searches, lists, pages, other repositories.
 * Host rules decide only what is known to show nothing of it. Goes behind the handlers that understand what is asked of
 * repositories with entries.
 */
export function createClosedHandler(parts: {
  readonly policy: GitPolicy;
  readonly tools: HandlerTools;
}): Handler {
  const closed = createClosedRepositories(parts.tools);
  return {
    knowsReadings: true,
    match: ({ authority }) => {
      const rules = forgeRulesAt(parts.policy, authority);
      if (closingRules(rules).length === 0) return undefined;
      return {
        exclusive: true,
        handle: async (request, { isAllowed }) => {
          // Nothing is asked of the forge for what is refused anyway
          if (isAllowed) {
            for (const one of readingsOf(request)) await closed.checkRequest(one, rules, one.path);
          }
          return { type: "host-rules" };
        },
      };
    },
  };
}

async function checkNames(
  place: {
    readonly lookUp: RepositoryLookup;
    readonly request: HandledRequest;
    readonly rules: readonly GitRule[];
  },
  repositoryId: RepositoryId,
): Promise<void> {
  const { lookUp, request, rules } = place;
  const names = [repositoryId.name, ...repositoryId.origins];
  const closing = closingRules(rules);
  const [first] = closing;
  if (first !== undefined && names.some((name) => isClosed(rules, name))) {
    throw refuseClosed(request, first);
  }
  for (const rule of closing) {
    const { forge, repository } = rule;
    if (repository.endsWith("/*") || !isTelling(forge)) continue;
    const closed = await lookUp({ forge, rules, hold: request.hold }, { name: repository });
    if (closed !== undefined && toRoot(closed) === toRoot(repositoryId)) {
      throw refuseClosed(request, rule);
    }
  }
}

function refuseClosed(request: HandledRequest, { source }: GitRule): Refusal {
  request.note({ rule: source.label });
  return new Refusal(
    403,
    "git-not-allowed",
    `refused ${toShown(request)}: it may show a repository that may not be read (${source.label})`,
  );
}

/** Forks of one root serve each other's commits, for whoever knows their ids. */
function toRoot({ name, origins }: RepositoryId): string {
  return (origins.at(-1) ?? name).toLowerCase();
}
