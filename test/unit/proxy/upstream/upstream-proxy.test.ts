import { inspect } from "node:util";
import { expect, test } from "vitest";
import { parseAuthority } from "../../../../src/http/authority.ts";
import {
  parseUpstreamProxySettings,
  upstreamProxyFor,
} from "../../../../src/proxy/upstream/upstream-proxy.ts";

function proxyFor(env: Record<string, string>, text: string, scheme: "https" | "http" = "https") {
  const authority = parseAuthority(text, scheme, scheme === "https" ? 443 : 80);
  return upstreamProxyFor(authority, parseUpstreamProxySettings(env));
}

test("without variables, or with empty ones, there is no proxy", () => {
  expect(proxyFor({}, "a.example")).toBeUndefined();
  expect(proxyFor({ HTTPS_PROXY: "", https_proxy: " " }, "a.example")).toBeUndefined();
});

test("each scheme has its variable, lower case wins, ALL_PROXY fills the gaps", () => {
  const env = {
    HTTPS_PROXY: "http://upper:1",
    https_proxy: "http://lower:2",
    ALL_PROXY: "http://all:3",
  };
  expect(proxyFor(env, "a.example")).toEqual({ scheme: "http", host: "lower", port: 2 });
  expect(proxyFor(env, "a.example", "http")).toEqual({ scheme: "http", host: "all", port: 3 });
  expect(proxyFor({ HTTP_PROXY: "http://plain:4" }, "a.example")).toBeUndefined();
});

test.each([
  ["proxy.example:3128", { scheme: "http", host: "proxy.example", port: 3128 }],
  ["http://proxy.example", { scheme: "http", host: "proxy.example", port: 80 }],
  ["https://proxy.example/", { scheme: "https", host: "proxy.example", port: 443 }],
  ["http://[::1]:3128", { scheme: "http", host: "::1", port: 3128 }],
])("%s is read as a proxy", (value, expected) => {
  expect(proxyFor({ https_proxy: value }, "a.example")).toEqual(expected);
});

test("user information becomes a Basic credential that prints as a placeholder", () => {
  const proxy = proxyFor({ https_proxy: "http://me:p%40ss@proxy.example:1" }, "a.example")!;
  expect(proxy.authorization!.reveal()).toBe(`Basic ${Buffer.from("me:p@ss").toString("base64")}`);
  expect(inspect(proxy) + JSON.stringify(proxy)).not.toMatch(/p@ss|p%40ss|bWU6/);
});

test.each([
  "socks5://me:hunter2@proxy:1",
  "http://me:hunter2@proxy:x",
  "http://me:hunter2%@proxy",
  "http://",
  "http://p/x",
])("the value %s is an error that doesn't repeat it", (value) => {
  const error = (() => {
    try {
      return parseUpstreamProxySettings({ HTTPS_PROXY: value });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toMatchObject({
    code: "VBX_CONFIG_INVALID",
    message: expect.stringContaining("HTTPS_PROXY"),
  });
  expect(inspect(error)).not.toContain("hunter2");
});

test.each([
  ["*", "any.example", true],
  ["a.example", "a.example", true],
  ["a.example", "x.a.example", true],
  ["a.example", "evila.example", false],
  [".a.example", "a.example", true],
  [".a.example", "x.a.example", true],
  ["*.a.example", "x.a.example", true],
  ["A.Example", "a.example", true],
  ["a.example.", "a.example", true],
  ["b.example, a.example", "a.example", true],
  ["b.example a.example", "a.example", true],
  ["a.example:8443", "a.example:8443", true],
  ["a.example:8443", "a.example", false],
  ["10.0.0.0/8", "10.1.2.3", true],
  ["10.0.0.0/8", "11.1.2.3", false],
  ["10.1.2.3", "10.1.2.3", true],
  ["fd00::/8", "[fd12::1]", true],
  ["[::1]", "[::1]", true],
  ["::1", "[::1]", true],
  ["2.3.4", "1.2.3.4", false],
  ["", "a.example", false],
])("NO_PROXY %j for %s means direct: %s", (noProxy, text, exempt) => {
  const proxy = proxyFor({ https_proxy: "http://proxy:1", NO_PROXY: noProxy }, text);
  expect(proxy === undefined).toBe(exempt);
});
