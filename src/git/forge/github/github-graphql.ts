// GitHub's GraphQL API has one path for everything: what a request does stands in its text alone. The text is read into
// calls, and written anew from what was read, so that nothing goes on which wasn't looked at (comments, operations that
// aren't run, spellings that another parser would read differently).
import { type ApiReading, understood } from "../../api-reading.ts";
import { readGraphqlDocument, type GraphqlDocument } from "./graphql-document.ts";
import { readMutationField } from "./graphql-mutations.ts";
import { readQueryField } from "./graphql-queries.ts";
import { rootFields } from "./graphql-selections.ts";
import { collectNeeds, type Facts } from "./node-facts.ts";
import type { RepositoryCall } from "../../repository-call.ts";

/** A GraphQL request that can be read once it's known what its ids name. */
export interface GraphqlRequest {
  readonly kind: "request";
  /** Ids and names (`owner/name`, lower case) that `toReading` will ask the facts about */
  readonly nodeIds: readonly string[];
  readonly repositories: readonly string[];
  readonly toReading: (facts: Facts) => ApiReading;
  /** Instead of the client's body: the same request as it was read */
  readonly body: Buffer;
}

/** Reads the JSON body of a request to `/graphql`. The facts come from `toFacts`. */
export function readGraphqlRequest(
  body: unknown,
): GraphqlRequest | Extract<ApiReading, { kind: "not-understood" }> {
  return understood(() => {
    const document = readGraphqlDocument(body);
    const needs = collectNeeds();
    readCalls(document, needs);
    return {
      kind: "request",
      nodeIds: [...needs.nodeIds],
      repositories: [...needs.repositories],
      toReading: (facts) =>
        understood(() => ({ kind: "calls", calls: withoutDoubles(readCalls(document, facts)) })),
      body: Buffer.from(JSON.stringify(document.toRequest())),
    };
  });
}

function readCalls(document: GraphqlDocument, facts: Facts): readonly RepositoryCall[] {
  const readField =
    document.operation.operation === "mutation" ? readMutationField : readQueryField;
  return rootFields(document).flatMap((field) => readField(document, field, facts));
}

function withoutDoubles(calls: readonly RepositoryCall[]): readonly RepositoryCall[] {
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
}
