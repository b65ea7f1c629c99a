import { expect, test } from "vitest";
import { parseTarget } from "../../../src/proxy/target.ts";

test.each([
  ["/a/b", "/a/b", []],
  ["/v1/caf%C3%A9;x=1/..y/", "/v1/caf%C3%A9;x=1/..y/", []],
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

test("doors see a scope as one name too, but below GitLab's names", () => {
  const target = parseTarget("GET", "/tags/@acme%2fwidgets/x%2Fy");
  expect(target).toMatchObject({
    path: "/tags/@acme/widgets/x%2Fy",
    readings: ["/tags/@acme/widgets/x/y"],
    doorReadings: ["/tags/@acme/widgets/x/y", "/tags/@acme%2Fwidgets/x%2Fy"],
  });
  const npm = parseTarget("GET", "/api/v4/projects/7/packages/npm/@acme%2fwidgets");
  expect(npm).toMatchObject({ readings: [], doorReadings: [] });
  expect(parseTarget("GET", "/a/b").doorReadings).toEqual([]);
});
