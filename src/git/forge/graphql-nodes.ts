// Asks GitHub what node ids name, with the session's credential: an id says nothing by itself, and what a client says
// about one proves nothing.
import type { GraphqlRequest } from "./github/github-graphql.ts";
import {
  readNodesAnswer,
  readRepositoryAnswer,
  toFacts,
  toNodesQuestion,
  toRepositoryQuestion,
  type Facts,
  type NodeFacts,
} from "./github/node-facts.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { toAuthorityText, type Authority } from "../../http/authority.ts";
import { Refusal } from "../../http/refusal.ts";
import type { HandlerTools } from "../../http/handler.ts";
import { askForge, toAskers } from "./forge-question.ts";
import type { Hold } from "../../http/hold.ts";

/** Bytes of an answer: fifty names have room. */
const maxAnswerBytes = 256 * 1024;

/** Ids and names that are remembered; then all are forgotten. */
const maxRemembered = 10_000;

/** The API to ask, and the entries whose credentials may ask there. */
export interface NodesPlace {
  readonly authority: Authority;
  readonly rules: readonly GitRule[];
  /** For the answers, while they're read */
  readonly hold: Hold;
}

/** Facts about all that a request names. @throws Refusal when the API doesn't answer */
export type NodesLookup = (place: NodesPlace, request: GraphqlRequest) => Promise<Facts>;

/** Remembers for the session what was found: ids keep their meaning. */
export function createNodesLookup(tools: HandlerTools): NodesLookup {
  const nodes = new Map<string, NodeFacts>();
  const repositories = new Map<string, string>();
  return async (place, { nodeIds, repositories: names }) => {
    const key = (text: string) => `${toAuthorityText(place.authority)} ${text}`;
    if (nodes.size + repositories.size > maxRemembered) {
      nodes.clear();
      repositories.clear();
    }
    for (const rule of toAskers(place.rules)) {
      const ids = nodeIds.filter((id) => !nodes.has(key(id)));
      if (ids.length > 0) {
        const answer = await ask(tools, place, { rule, question: toNodesQuestion(ids) });
        for (const [id, facts] of readNodesAnswer(ids, answer)) nodes.set(key(id), facts);
      }
      for (const name of names.filter((one) => !repositories.has(key(one)))) {
        const answer = await ask(tools, place, { rule, question: toRepositoryQuestion(name) });
        const found = readRepositoryAnswer(answer);
        if (found !== undefined) repositories.set(key(name), found);
      }
    }
    return toFacts(
      new Map(nodeIds.flatMap((id) => toEntry(id, nodes.get(key(id))))),
      new Map(names.flatMap((name) => toEntry(name, repositories.get(key(name))))),
    );
  };
}

function toEntry<Value>(name: string, value: Value | undefined): readonly [string, Value][] {
  return value === undefined ? [] : [[name, value]];
}

async function ask(
  tools: HandlerTools,
  { authority, hold }: NodesPlace,
  { rule, question }: { readonly rule: GitRule; readonly question: unknown },
): Promise<unknown> {
  const { value, fault } = await askForge(tools, {
    authority,
    target: authority.host === "api.github.com" ? "/graphql" : "/api/graphql",
    json: question,
    rule,
    check: "node-id",
    hold,
    maxBytes: maxAnswerBytes,
  });
  if (fault === undefined) return value;
  const what = "the request cannot be decided: the forge does not say what its ids name";
  throw new Refusal(502, "upstream-invalid", `${what}: ${fault}`);
}
