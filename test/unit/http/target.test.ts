import { expect, test } from "vitest";
import { parseTarget } from "../../../src/http/target.ts";

function path(target: string): string {
  return parseTarget("GET", target).path;
}

test.each([
  ["/", "/"],
  ["/a/b/", "/a/b/"],
  ["/%61/%7Eb", "/a/~b"],
  ["/models/gemini%3AgenerateContent", "/models/gemini:generateContent"],
  ["/caf%c3%a9", "/caf%C3%A9"],
  ['/a"{b}', "/a%22%7Bb%7D"],
  ["/100%25", "/100%25"],
  ["/.well-known/x", "/.well-known/x"],
  ["/a...b/...", "/a...b/..."],
  ["/a;v=1/b", "/a;v=1/b"],
])("the path %s is matched as %s", (raw, canonical) => {
  expect(path(raw)).toBe(canonical);
});

test.each(["/@acme/widgets", "/@acme%2fwidgets", "/@acme%2Fwidgets", "/%40acme%2fwidgets"])(
  "every spelling of a scoped package is matched as scope and name, and sent as it was written: %j",
  (raw) => {
    const target = parseTarget("GET", `${raw}?write=true`);
    expect(target.path).toBe("/@acme/widgets");
    expect(target.rawPath + target.query).toBe(`${raw}?write=true`);
  },
);

test.each([
  ["/api/v4/projects/acme%2fwidgets", "/api/v4/projects/acme%2Fwidgets"],
  ["/api/v4/projects/a%2Fb%2Fc/issues", "/api/v4/projects/a%2Fb%2Fc/issues"],
  [
    "/api/v4/projects/a%2fb/repository/files/src%2Fx.ts",
    "/api/v4/projects/a%2Fb/repository/files/src%2Fx.ts",
  ],
  [
    "/api/v4/projects/a%2Fb/repository/branches/%61gent%2fx",
    "/api/v4/projects/a%2Fb/repository/branches/agent%2Fx",
  ],
  [
    "/api/v4/projects/7/packages/npm/@acme%2fwidgets",
    "/api/v4/projects/7/packages/npm/@acme/widgets",
  ],
])("the escaped slash in the GitLab project path %s stays one segment", (raw, canonical) => {
  const target = parseTarget("PUT", `${raw}?x=1`);
  expect(target.path).toBe(canonical);
  expect(target.rawPath + target.query).toBe(`${raw}?x=1`);
});

test.each([
  [".. behind it", "/api/v4/projects/a%2f..%2Fb"],
  [".. at its end", "/api/v4/projects/a%2F.."],
  ["escaped dots", "/api/v4/projects/a%2F%2e%2e%2Fb"],
  [".. before it", "/api/v4/projects/..%2Fuser"],
  ["a dot", "/api/v4/projects/a%2F.%2Fb"],
  ["dots with parameters", "/api/v4/projects/a%2F..;x%2Fb"],
  ["nothing before it", "/api/v4/projects/%2Fa"],
  ["nothing behind it", "/api/v4/projects/a%2F"],
  ["two of them", "/api/v4/projects/a%2F%2Fb"],
  ["an escaped escape", "/api/v4/projects/a%252Fb"],
  ["an escaped backslash", "/api/v4/projects/a%2Fb%5Cc"],
  ["a .. segment", "/api/v4/projects/a%2Fb/../../user"],
])("an escaped slash with %s is refused, in and near a GitLab project path", (_, target) => {
  expect(() => parseTarget("GET", target)).toThrow(
    expect.objectContaining({ name: "Refusal", status: 400, reason: "request-invalid" }),
  );
});

test.each([
  ["a fragment", "/a#b"],
  ["an empty target", ""],
  ["a space", "/a b"],
  ["a tab", "/a\tb"],
  ["a line break", "/a\r\nHost: b"],
  ["a NUL", "/a\0"],
  ["a fullwidth slash", "/a\uff0fb"],
  ["a control character in the query", "/a?b\u0001"],
  ["a backslash", "/a\\b"],
  ["an escaped backslash", "/a%5cb"],
  ["a broken escape", "/a%2"],
  ["an escape that is not hex", "/a%zz"],
  ["an escaped NUL", "/a%00.png"],
  ["an escaped line break", "/a%0d%0ab"],
  ["a leading //", "//evil.example/x"],
  ["a // behind a leading dot", "/.//evil.example/x"],
  ["a byte of the path that is no UTF-8", "/caf\xe9"],
  ["..", "/a/../b"],
  [".. at the end", "/a/.."],
  ["%2e", "/a/%2e/b"],
  [". with parameters", "/a/.;x/b"],
  [". behind %2f", "/a%2f./b"],
  ["%2f with nothing before it", "/a/%2fb"],
  ["%2f with nothing behind it", "/a%2f/b"],
  ["%2f behind parameters", "/a;x%2fb"],
  ["%2f before parameters", "/a%2fb;x"],
  ["%2f before escaped parameters", "/a%2fb%3bx"],
  ["%2e%2e", "/a/%2e%2E/b"],
  [".%2e", "/a/.%2e/b"],
  ["dots with parameters", "/a/..;/b"],
  ["dots with escaped parameters", "/a/..%3bx=1/b"],
  ["dots with a space behind", "/a/..%20/b"],
  ["a segment of parameters", "/a/;x/b"],
  ["%2f without name", "/@a%2f"],
  ["dots behind %2f", "/@a%2f..%2fb"],
  ["dots as name", "/@a%2f%2e%2e/b"],
  ["an escaped escape of a dot", "/a/%252e%252e/b"],
  ["an escaped escape of a slash", "/a%252fb"],
  ["a thrice escaped slash", "/a%25252fb"],
  ["an overlong dot", "/a/%c0%ae%c0%ae/b"],
  ["an overlong slash", "/a%c0%afb"],
  ["an overlong dot of three bytes", "/a/%e0%80%ae/b"],
  ["a lead byte with a wrong end", "/a%e9%a9"],
  ["a byte that no letter is", "/a%80b"],
  ["a name that is one byte", "/a/%e9/b"],
  ["dots around a byte", "/a/.%e9./b"],
  ["dots around a byte behind %2f", "/a%2f%e9./b"],
  ["another scheme", "ftp://example.com/"],
  ["no scheme", "example.com/a"],
  ["an authority without CONNECT", "example.com:443"],
  ["* without OPTIONS", "*"],
])("%s is refused", (_, target) => {
  expect(() => parseTarget("GET", target)).toThrow(
    expect.objectContaining({ name: "Refusal", status: 400, reason: "request-invalid" }),
  );
});

test("an absolute target is taken apart without judging its authority", () => {
  expect(parseTarget("GET", "HTTP://u@Host:80/a%62?c=/d")).toEqual({
    form: "absolute",
    authorityText: "u@Host:80",
    scheme: "http",
    rawPath: "/a%62",
    path: "/ab",
    readings: [],
    handlerReadings: [],
    query: "?c=/d",
  });
  expect(parseTarget("GET", "https://host?x")).toMatchObject({
    rawPath: "/",
    path: "/",
    query: "?x",
  });
});

test("CONNECT takes its target as authority and OPTIONS may ask for *", () => {
  expect(parseTarget("CONNECT", "a:443")).toMatchObject({
    form: "authority",
    authorityText: "a:443",
  });
  expect(parseTarget("OPTIONS", "*")).toMatchObject({ form: "asterisk", path: "*" });
});
