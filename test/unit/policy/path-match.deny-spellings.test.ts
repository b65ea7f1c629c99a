import { expect, test } from "vitest";
import { compileDenyPath, toPathView } from "../../../src/policy/path-match.ts";
import { parsePathPattern } from "../../../src/policy/path-pattern.ts";
import { recordScore } from "../../support/scoreboard.ts";

const isDenied = (pattern: string, path: string): boolean =>
  compileDenyPath(parsePathPattern(pattern))(toPathView(path));

/** Behind a name: what Windows drops from a file's name, its streams, and what no reader sees. */
const ends =
  ".|..|....|%2e|%20|%20%20|.%20|%20.|::$DATA|::$INDEX_ALLOCATION|:$I30:$INDEX_ALLOCATION|:x|%3A%3A$DATA|.::$DATA|%E2%80%8B|%E2%80%8C|%EF%BB%BF|%C2%AD|%E2%81%A0|%C2%A0|%E2%80%8B.";

test("no ending that Windows drops and no invisible character takes a path out of a deny rule", () => {
  const paths = ends.split("|").flatMap((end) => [
    ["/v1/admin/**", `/v1/admin${end}/x`],
    ["/v1/admin/**", `/v1${end}/admin/x`],
    ["/v1/admin/**", `/V1/ADMIN${end}/x${end}`],
    ["/v1/secret", `/v1/secret${end}`],
    ["/v1/*/keys", `/v1/a${end}/keys${end}`],
    ["/v1/sec*", `/v1${end}/secret${end}`],
  ]);
  const inside = ["/v1/ad%E2%80%8Bmin/x", "/v1/%EF%BD%81dmin/x", "/v1/%C5%BFecret"].map(
    (path) => [path.includes("min") ? "/v1/admin/**" : "/v1/secret", path] as const,
  );
  const all = [...paths, ...inside];
  const passed = all.filter(([pattern = "", path = ""]) => !isDenied(pattern, path));
  const naive = all.filter(([, path = ""]) => !/^\/v1\/(?:admin\/|secret$|a\/keys$)/i.test(path));
  recordScore({
    row: 8,
    test: "endings and characters that readers drop",
    attempts: all.length,
    blocked: all.length - passed.length,
    controlSucceeded: naive.length,
  });
  expect(passed).toEqual([]);
});

test("a deny rule keeps what a colon names, and leaves other names alone", () => {
  expect(isDenied("/v1/*:cancel", "/v1/job:cancel")).toBe(true);
  expect(isDenied("/v1/*:cancel", "/v1/job:start")).toBe(false);
  expect(isDenied("/v1/caf%C3%A9", "/v1/CAF%C3%89")).toBe(true);
  const others = ["/v1/secrets", "/v1/secret.json", "/v1/a.secret", "/v1/secret/x", "/v1/:secret"];
  expect(others.filter((path) => isDenied("/v1/secret", path))).toEqual([]);
});
