// GitHub's REST and GraphQL APIs, and files and archives by name: decided by the same entries as pushes are.
import { isRepositoryPath } from "./github/github-rest.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { filterByRepository, type GitPolicy } from "../entry/git-rules.ts";
import { createClosedRepositories, type ClosedRepositories } from "./closed-repositories.ts";
import { isReading } from "../api-reading.ts";
import { decideReading, notUnderstood } from "./decide-calls.ts";
import type {
  Disposition,
  HandledRequest,
  Handler,
  HandlerTools,
  RequestView,
} from "../../http/handler.ts";
import {
  findGithubAccess,
  findRestAccess,
  type GithubAccess,
  readAll,
  readPlace,
  type RestAccess,
  type RestPlace,
  toNamedPlace,
} from "./github-place.ts";
import { maxDescriptionBytes } from "./forge-question.ts";
import { createNodesLookup, type NodesLookup } from "./graphql-nodes.ts";
import { checkJsonBody, readJsonBody } from "./json-body.ts";
import { rewriteAnswers } from "../rewritten-json.ts";
import { withHeader } from "../../http/header-fields.ts";
import { Refusal } from "../../http/refusal.ts";
import { memoryOfGraphql } from "./github/graphql-pieces.ts";

interface GithubHandler {
  readonly policy: GitPolicy;
  readonly lookUp: NodesLookup;
  readonly closed: ClosedRepositories;
}

/** The ways into repositories that lead over api.github.com, codeload, raw files, or another GitHub host's API. */
export function createGithubHandler(parts: {
  readonly policy: GitPolicy;
  readonly tools: HandlerTools;
}): Handler {
  const handler: GithubHandler = {
    policy: parts.policy,
    lookUp: createNodesLookup(parts.tools),
    closed: createClosedRepositories(parts.tools),
  };
  return {
    knowsReadings: true,
    match: (view) => {
      const access = findGithubAccess(handler.policy, view);
      const rules = access === undefined ? [] : concernedRules(view, access);
      if (rules.length === 0) return undefined;
      return {
        exclusive: rules.some(({ exclusive }) => exclusive),
        handle: (request, { isAllowed }) => handle(handler, request, isAllowed),
      };
    },
  };
}

async function handle(
  handler: GithubHandler,
  request: HandledRequest,
  isAllowed: boolean,
): Promise<Disposition> {
  const access = findGithubAccess(handler.policy, request);
  if (request.readings.length === 0 && access?.place.kind === "graphql") {
    return passGraphql(handler, request, { rules: access.rules, isAllowed });
  }
  const rest = findRestAccess(handler.policy, request);
  const named = await nameRepository(handler, request, { ...rest, isAllowed });
  return named === undefined ? { type: "host-rules" } : passRest(request, named);
}

/** The entries that a request may be decided by: those of its repository, or all where it doesn't tell. */
function concernedRules(request: RequestView, { place, rules }: GithubAccess): readonly GitRule[] {
  if (place.kind === "graphql") return rules;
  const reading = readPlace(request, place);
  switch (reading.kind) {
    case "elsewhere":
      return [];
    case "calls":
      return rules.filter((rule) =>
        reading.calls.some(({ repository }) => filterByRepository([rule], repository).length > 0),
      );
    case "by-number":
      return rules;
    case "needs-body":
    case "not-understood": {
      const { repository } = reading;
      return repository === undefined ? rules : filterByRepository(rules, repository);
    }
  }
}

/**
 * The same places by the repository's name, where the request has its number; undefined when no entry decides it.
 * @throws Refusal
 */
async function nameRepository(
  { closed }: GithubHandler,
  request: HandledRequest,
  access: RestAccess & { readonly isAllowed: boolean },
): Promise<RestAccess | undefined> {
  const { places, rules, isAllowed } = access;
  const reading = readAll(request, access);
  if (reading.kind !== "by-number") return access;
  // Nothing is asked for what is refused anyway
  if (!isAllowed) return undefined;
  const { number } = reading;
  const repositoryId = await closed.lookUp(
    { forge: "github", rules, hold: request.hold },
    { number },
  );
  if (repositoryId === undefined) {
    const what = "GitHub does not say which repository has this number";
    throw notUnderstood(request, { what, rule: rules[0] });
  }
  const { name } = repositoryId;
  const [first, ...others] = places.map((place) => toNamedPlace(request, place, name));
  if (first === undefined) throw new Error("a request has one place at least");
  if (filterByRepository(rules, name).length > 0) return { places: [first, ...others], rules };
  const prefix = toPrefix(request, places[0]);
  for (const { path } of [first, ...others]) {
    await closed.checkRequest(request, rules, prefix + path);
  }
  return undefined;
}

/** What a host other than GitHub's own has before the API's path. */
function toPrefix({ path }: HandledRequest, place: RestPlace): string {
  return place.kind === "rest" ? path.slice(0, path.length - place.path.length) : "";
}

async function passRest(request: HandledRequest, access: RestAccess): Promise<Disposition> {
  const { places, rules } = access;
  const reading = readAll(request, access);
  if (!isReading(request)) checkJsonBody(request);
  if (reading.kind !== "needs-body") {
    const disposition = decide(request, rules, { reading });
    const isDescription = places.some(
      (place) => place.kind === "rest" && isRepositoryPath(place.path),
    );
    if (disposition.type !== "forward" || !isDescription) return disposition;
    const headers = withHeader(request.head.headers, "accept-encoding", "identity");
    return { ...disposition, headers, response: withoutCloneToken };
  }
  const { value, bytes: body } = await readJsonBody(request);
  return decide(request, rules, { reading: readAll(request, access, value), body });
}

/** @throws Refusal */
function decide(...request: Parameters<typeof decideReading>): Disposition {
  const disposition = decideReading(...request);
  if (disposition !== undefined) return disposition;
  throw new Refusal(403, "git-not-allowed", "no git: entry lets anything be read there");
}

/**
 * GitHub tells who reads a private repository a token to clone it with, here and in what it's a fork of
 * (https://docs.github.com/en/rest/repos/repos#get-a-repository). No credential enters the sandbox.
 */
const withoutCloneToken = rewriteAnswers({
  maxBytes: maxDescriptionBytes,
  rewrite: (plain) =>
    JSON.parse(JSON.stringify(plain), (name, value: unknown) =>
      name === "temp_clone_token" ? undefined : value,
    ) as typeof plain,
});

async function passGraphql(
  handler: GithubHandler,
  request: HandledRequest,
  { rules, isAllowed }: { readonly rules: readonly GitRule[]; readonly isAllowed: boolean },
): Promise<Disposition> {
  const refuse = (what: string) => notUnderstood(request, { what, rule: rules[0] });
  const { method, path, query } = request;
  if (method !== "POST" || !path.toLowerCase().endsWith("/graphql") || query !== "") {
    throw refuse("GraphQL is read only as a POST without a query string");
  }
  const { value } = await readJsonBody(request, memoryOfGraphql);
  // Most sessions never ask for it, and the parser takes longer to load than all other handlers
  const { readGraphqlRequest } = await import("./github/github-graphql.ts");
  const graphql = readGraphqlRequest(value);
  if (graphql.kind === "not-understood") throw refuse(graphql.what);
  const { authority, hold } = request;
  const facts = await handler.lookUp({ authority, rules, hold }, graphql);
  const reading = graphql.toReading(facts);
  const disposition = decide(request, rules, { reading, body: graphql.body });
  if (isAllowed && disposition.type === "host-rules" && reading.kind === "calls") {
    for (const { repository } of reading.calls) {
      await handler.closed.checkRepository(request, rules, repository);
    }
  }
  return disposition;
}
