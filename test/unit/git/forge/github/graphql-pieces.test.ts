import { parse } from "graphql";
import { expect, it } from "vitest";
import { readGraphqlDocument } from "../../../../../src/git/forge/github/graphql-document.ts";
import { readGraphqlRequest } from "../../../../../src/git/forge/github/github-graphql.ts";
import { maxGraphqlPieces } from "../../../../../src/git/forge/github/graphql-pieces.ts";
import { recordScore } from "../../../../support/scoreboard.ts";

const inText = (text: string) => `{field(argument:"${text}")}`;
const inBlock = (text: string) => inText(`""${text}""`);

const floods: readonly (readonly [string, (count: number) => string])[] = [
  ["comments", (count) => `${"#\n".repeat(count)}{field}`],
  ["comments behind carriage returns", (count) => `${"#\r".repeat(count)}{field}`],
  ["comments behind the query", (count) => `{field}${"\n#".repeat(count)}`],
  ["escapes", (count) => inText("\\n".repeat(count))],
  ["escapes by number", (count) => inText("\\u{41}".repeat(count))],
  ["characters that are written as escapes", (count) => inText("\x7f".repeat(count))],
  ["quotes in a block string", (count) => inBlock('a" '.repeat(count))],
  ["escaped ends in a block string", (count) => inBlock('\\"""'.repeat(count))],
  ["lines of a block string", (count) => inBlock("\n".repeat(count))],
];

it.each(floods)("refuses too many %s, which a limit on tokens takes", (name, toQuery) => {
  const flood = toQuery(maxGraphqlPieces + 1);
  expect(readGraphqlRequest({ query: flood })).toEqual({
    kind: "not-understood",
    what: "its query has more than 100000 comments, quotes, line breaks and escapes",
  });
  expect(readGraphqlDocument({ query: toQuery(1000) }).operation.operation).toBe("query");
  expect(parse(flood, { maxTokens: 10_000 }).definitions).toHaveLength(1);
  recordScore({ row: 54, test: `pieces: ${name}`, attempts: 1, blocked: 1, controlSucceeded: 1 });
});

it.each([
  ["base64", "YWJj".repeat(2_000_000)],
  ["lines", "one line of a text\\n".repeat(90_000)],
])("reads a file of some megabytes in the query itself: %s", (_, text) => {
  const { operation } = readGraphqlDocument({ query: inText(text) });
  expect(operation.operation).toBe("query");
});

it("refuses a query that is nested so deeply that it grows when it is written anew", () => {
  const levels = 900;
  const query = `{viewer${"{viewer".repeat(levels)}{${"id ".repeat(5000)}}${"}".repeat(levels)}}`;
  expect(readGraphqlRequest({ query }).kind).toBe("not-understood");
  expect(JSON.stringify(readGraphqlDocument({ query }).toRequest()).length).toBeGreaterThan(9e6);
});
