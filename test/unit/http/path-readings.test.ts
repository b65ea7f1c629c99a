import { expect, test } from "vitest";
import { parseTarget } from "../../../src/http/target.ts";

test.each([
  ["/a/b", "/a/b", []],
  ["/v1/caf%C3%A9/..y/", "/v1/caf%C3%A9/..y/", []],
  ["/v1/a;x=1/..y/", "/v1/a;x=1/..y/", ["/v1/a/..y/"]],
  ["/a%3bx/b;y", "/a%3Bx/b;y", ["/a%3Bx/b", "/a/b"]],
  ["/a%3fb/c", "/a%3Fb/c", ["/a"]],
  ["/a%23b%3Fc", "/a%23b%3Fc", ["/a%23b", "/a"]],
  ["/a;x%23/b", "/a;x%23/b", ["/a;x", "/a/b", "/a"]],
  ["/a/%3Fb", "/a/%3Fb", ["/a/"]],
  ["/x%2Fa%23", "/x%2Fa%23", ["/x/a%23", "/x%2Fa", "/x/a"]],
  ["/a%2fb", "/a%2Fb", ["/a/b"]],
  ["/@%2fb", "/@%2Fb", ["/@/b"]],
  ["/@a%2fb%2fc", "/@a%2Fb%2Fc", ["/@a/b/c"]],
  ["/debian/./Packages.gz", "/debian/./Packages.gz", ["/debian/Packages.gz"]],
  ["/debian/.", "/debian/.", ["/debian/"]],
  ["/v1//models", "/v1//models", ["/v1/models"]],
  ["/v1/models//", "/v1/models//", ["/v1/models/"]],
  ["/caf%e9", "/caf%E9", ["/caf%C3%A9", "/caf"]],
  ["/gr%FC%DFe", "/gr%FC%DFe", ["/gr%C3%BC%C3%9Fe", "/gre"]],
  ["/a%2fb//c", "/a%2Fb//c", ["/a/b//c", "/a%2Fb/c", "/a/b/c"]],
  ["/api/v4/groups/a%2Fb", "/api/v4/groups/a%2Fb", []],
  ["/API/v4/projects/a%2Fb", "/API/v4/projects/a%2Fb", ["/API/v4/projects/a/b"]],
  ["/x/api/v4/projects/a%2Fb", "/x/api/v4/projects/a%2Fb", ["/x/api/v4/projects/a/b"]],
  ["/api/v3/projects/a%2Fb", "/api/v3/projects/a%2Fb", ["/api/v3/projects/a/b"]],
])("servers may take %s for %s or %j", (written, path, readings) => {
  const target = parseTarget("GET", `${written}?q=1`);
  expect({ path: target.path, readings: target.readings }).toEqual({ path, readings });
  expect(target.rawPath + target.query).toBe(`${written}?q=1`);
});

test.each([
  ["/?q=\xc3\xbc", "/?q=%C3%BC"],
  ["/?q=\xfc\xa0\x85", "/?q=%FC%A0%85"],
  ["/Z\xc3\xbcrich?\xe9", "/Z%C3%BCrich?%E9"],
  ["http://h/\xc3\xbc", "/%C3%BC"],
])("bytes outside ASCII in %j are sent as the escapes %s", (written, sent) => {
  const { rawPath, query } = parseTarget("GET", written);
  expect(rawPath + query).toBe(sent);
});

test("handlers see a scope as one name too, but below GitLab's names", () => {
  const target = parseTarget("GET", "/tags/@acme%2fwidgets/x%2Fy");
  expect(target).toMatchObject({
    path: "/tags/@acme/widgets/x%2Fy",
    readings: ["/tags/@acme/widgets/x/y"],
    handlerReadings: ["/tags/@acme/widgets/x/y", "/tags/@acme%2Fwidgets/x%2Fy"],
  });
  const npm = parseTarget("GET", "/api/v4/projects/7/packages/npm/@acme%2fwidgets");
  expect(npm).toMatchObject({ readings: [], handlerReadings: [] });
  expect(parseTarget("GET", "/a/b").handlerReadings).toEqual([]);
  const label = parseTarget("GET", "/repos/acme/widgets/labels/C%23");
  expect(label).toMatchObject({ readings: ["/repos/acme/widgets/labels/C"], handlerReadings: [] });
});

test("what servers could read in too many ways is refused", () => {
  const few = "/a%2Fb//c/./caf%E9";
  expect(parseTarget("GET", few).readings).toHaveLength(23);
  const many = `${few};x%3By%3F%23`;
  expect(() => parseTarget("GET", many)).toThrow("servers read it in too many different ways");
});

test.each([
  "..%3F",
  ".%23x",
  "..%20x",
  "..:",
  "..::$DATA",
  "..%C2%A0",
  "%E3%80%80..",
  "%E2%80%A5",
  "%EF%BC%8E%EF%BC%8E",
  "..%E2%80%8B",
  "a%EF%BC%8F..",
  "%EF%BC%8E%EF%BC%8E%EF%BC%8Fa",
])("a segment that a server may take for dots is refused: %s", (segment) => {
  expect(() => parseTarget("GET", `/a/${segment}/b`)).toThrow("it has a `.` or `..` segment");
});

test.each([".%E8%AE%BE", "..a%3F", "%E2%80%A6", "a..:b", "%EF%BC%8F", ".config%20"])(
  "a name with dots, blanks or old forms of signs is none: %s",
  (segment) => {
    expect(parseTarget("GET", `/a/${segment}/b`).path).toBe(`/a/${segment}/b`);
  },
);
