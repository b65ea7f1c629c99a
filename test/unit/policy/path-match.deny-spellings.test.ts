import { expect, test } from "vitest";
import { compileDenyPath, toPathView } from "../../../src/policy/path-match.ts";
import { parsePathPattern } from "../../../src/policy/path-pattern.ts";
import { recordScore } from "../../support/scoreboard.ts";

const isDenied = (pattern: string, path: string): boolean =>
  compileDenyPath(parsePathPattern(pattern))(toPathView(path));

/** Behind a name: what Windows drops from a file's name, its streams, and what no reader sees. */
const ends =
  ".|..|....|%2e|%20|%20%20|.%20|%20.|::$DATA|::$INDEX_ALLOCATION|:$I30:$INDEX_ALLOCATION|:x|%3A%3A$DATA|.::$DATA|%E2%80%8B|%E2%80%8C|%EF%BB%BF|%C2%AD|%E2%81%A0|%C2%A0|%E2%80%8B.";

const spelled = [
  ...ends
    .split("|")
    .flatMap((end) => [
      ["/v1/admin/**", `/v1/admin${end}/x`] as const,
      ["/v1/admin/**", `/v1${end}/admin/x`] as const,
      ["/v1/admin/**", `/V1/ADMIN${end}/x${end}`] as const,
      ["/v1/secret", `/v1/secret${end}`] as const,
      ["/v1/*/keys", `/v1/a${end}/keys${end}`] as const,
      ["/v1/sec*", `/v1${end}/secret${end}`] as const,
    ]),
  ["/v1/admin/**", "/v1/ad%E2%80%8Bmin/x"] as const,
  ["/v1/admin/**", "/v1/%EF%BD%81dmin/x"] as const,
  ["/v1/secret", "/v1/%C5%BFecret"] as const,
];

test.each(spelled)(
  "the deny rule %s covers what Windows and readers make of an ending or an invisible character: %s",
  (pattern, path) => {
    expect(isDenied(pattern, path)).toBe(true);
    recordScore({
      row: 8,
      test: `endings and characters that readers drop: ${pattern}, ${path}`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: /^\/v1\/(?:admin\/|secret$|a\/keys$)/i.test(path) ? 0 : 1,
    });
  },
);

test("a deny rule keeps what a colon names, and leaves other names alone", () => {
  expect(isDenied("/v1/*:cancel", "/v1/job:cancel")).toBe(true);
  expect(isDenied("/v1/*:cancel", "/v1/job:start")).toBe(false);
  expect(isDenied("/v1/caf%C3%A9", "/v1/CAF%C3%89")).toBe(true);
  const others = ["/v1/secrets", "/v1/secret.json", "/v1/a.secret", "/v1/secret/x", "/v1/:secret"];
  expect(others.filter((path) => isDenied("/v1/secret", path))).toEqual([]);
});
