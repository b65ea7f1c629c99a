import fc from "fast-check";
import { expect, it } from "vitest";
import { readGraphqlRequest } from "../../../../../src/git/forge/github/github-graphql.ts";
import { toFacts } from "../../../../../src/git/forge/github/node-facts.ts";
import ghRequests from "./gh-requests.json" with { type: "json" };

const facts = toFacts(new Map(), new Map());
const texts = ghRequests.map(({ query }) => query);
// Questions about the schema can't lead anywhere
const about = texts.filter((text) => !text.includes("__type("));

it("reads or doesn't understand, whatever stands in a query, and never throws", () => {
  const mutated = fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(40), fc.string({ maxLength: 20 }))
    .map(([text, at, length, piece]) => {
      const start = at % text.length;
      return text.slice(0, start) + piece + text.slice(start + length);
    });
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), mutated),
      fc.jsonValue({ maxDepth: 2 }),
      (query, variables) => {
        const request = readGraphqlRequest({ query, variables });
        if (request.kind === "request") expect(request.toReading(facts).kind).toBeDefined();
        else expect(request.what).not.toBe("");
      },
    ),
    { numRuns: 300 },
  );
});

const understood = ghRequests.flatMap(({ command, query, variables }) => {
  const reading = readGraphqlRequest({ query, variables });
  return reading.kind === "request" ? [[command, query.slice(0, 50), reading] as const] : [];
});

it.each(understood)("reads its own words of `%s` as it read the client's: %s", (_, __, first) => {
  const second = readGraphqlRequest(JSON.parse(first.body.toString()));
  if (second.kind !== "request") throw new Error("not understood again");
  expect(second.nodeIds).toEqual(first.nodeIds);
  expect(second.body).toEqual(first.body);
});

it("understands no query that asks for a field which is not in its lists", () => {
  const escapes = [
    "repositories{totalCount}",
    "organizations{totalCount}",
    "starredRepositories{totalCount}",
    "gists{totalCount}",
    "forks{totalCount}",
    "closingIssuesReferences{totalCount}",
    "associatedPullRequests{totalCount}",
    "timelineItems{totalCount}",
    "tempCloneToken",
    'compare(headRef:"eve:main"){id}',
    "somethingNew",
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...about),
      fc.nat(),
      fc.constantFrom(...escapes),
      (text, at, field) => {
        // Behind any opening brace of a selection; those of arguments follow a colon
        const braces = [...text.matchAll(/(?<!:\s*)\{(?=\s*[a-z_.])/g)].map(({ index }) => index);
        const brace = braces[at % braces.length]!;
        const query = `${text.slice(0, brace + 1)} zz:${field} ${text.slice(brace + 1)}`;
        const variables = ghRequests.find((one) => one.query === text)?.variables;
        expect(readGraphqlRequest({ query, variables }).kind).toBe("not-understood");
      },
    ),
    { numRuns: 1000 },
  );
});
