import { describe, expect, test } from "vitest";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import type { HeaderField } from "../../../../src/http/header-fields.ts";
import {
  base64,
  makeCredential,
  makeRequest,
  makeRule,
  refusalOf,
} from "../../../support/credential-fixtures.ts";

const percentEncode = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");

const headerPlaces: readonly (readonly [string, (placeholder: string) => HeaderField])[] = [
  ["a cookie", (p) => ["Cookie", `session=${p}`]],
  ["the Host header", (p) => ["Host", `${p}.example.com`]],
  ["X-Forwarded-For", (p) => ["X-Forwarded-For", p]],
  ["Referer", (p) => ["Referer", `https://x.test/?t=${p}`]],
  ["a header of no meaning", (p) => ["X-Note", `see ${p}!`]],
  ["a header's name", (p) => [`X-${p}`, "1"]],
  ["percent-encoding", (p) => ["X-Note", percentEncode(p)]],
  ["double percent-encoding", (p) => ["X-Note", percentEncode(percentEncode(p))]],
  ["base64", (p) => ["X-Note", base64(p)]],
  ["base64 at the second alignment", (p) => ["X-Note", base64(`a${p}b`)]],
  ["base64 at the third alignment", (p) => ["X-Note", base64(`ab${p}`)]],
  ["base64url", (p) => ["X-Note", Buffer.from(`ÿ${p}ÿ`, "latin1").toString("base64url")]],
  ["percent-encoded base64", (p) => ["X-Note", encodeURIComponent(base64(`${p}??`))]],
  ["Basic with more around it", (p) => ["Authorization", `Basic ${base64(`me:${p}x`)}`]],
  ["Bearer with more behind it", (p) => ["Authorization", `Bearer ${p}x`]],
  ["Digest", (p) => ["Authorization", `Digest username="${p}"`]],
];

const targets: readonly (readonly [string, (placeholder: string) => string])[] = [
  ["the path", (p) => `/v1/${p}`],
  ["a query parameter", (p) => `/v1/things?note=${p}`],
  ["the parameter of another scheme", (p) => `/v1/things?key=${p}`],
  ["the percent-encoded path", (p) => `/v1/${percentEncode(p)}`],
  ["the doubly encoded query", (p) => `/v1/things?a=${percentEncode(percentEncode(p))}`],
  ["base64 in the query", (p) => `/v1/things?a=${base64(`x${p}`)}`],
];

const pass = makeRule({ clientCredentials: "pass" });

describe("a placeholder", () => {
  test.each(headerPlaces)("in %s is refused at any host", (_, field) => {
    const credential = makeCredential({ type: "bearer" });
    const authorise = createAuthoriser([makeCredential({ type: "bearer" }), credential]);
    const headers = [field(credential.placeholder)];
    const own = refusalOf(() => authorise(makeRequest(headers)));
    expect(own).toMatchObject({ status: 403, reason: "placeholder-at-wrong-place" });
    expect(own.flags).toEqual(["placeholder-at-wrong-place"]);
    const other = refusalOf(() => authorise(makeRequest(headers, { host: "b.test", rule: pass })));
    expect(other).toMatchObject({ status: 403, reason: "placeholder-at-wrong-host" });
    expect(other.flags).toEqual(["placeholder-at-wrong-host"]);
    expect(other.message).not.toContain(credential.name);
  });

  test.each(targets)("in %s is refused at any host", (_, target) => {
    const credential = makeCredential({ type: "bearer" });
    const authorise = createAuthoriser([credential]);
    const rawTarget = target(credential.placeholder);
    const own = refusalOf(() => authorise(makeRequest([], { rawTarget })));
    expect(own.reason).toBe("placeholder-at-wrong-place");
    expect(own.message).toContain("the URL");
    const other = { rawTarget, host: "b.test", rule: pass };
    expect(refusalOf(() => authorise(makeRequest([], other))).reason).toBe(
      "placeholder-at-wrong-host",
    );
  });

  test.each([
    ["another host", { host: "b.test" }, "placeholder-at-wrong-host"],
    ["the same host at another port", { port: 8443 }, "placeholder-at-wrong-place"],
    [
      "the same host beside the path",
      { path: "/v10/things", rawTarget: "/v10/things" },
      "placeholder-at-wrong-place",
    ],
    [
      "a path that a server could read as another",
      { path: "/v1/..%2Fv2" },
      "placeholder-at-wrong-place",
    ],
    ["an encoded dot segment", { path: "/v1/%2e%2e/v2" }, "placeholder-at-wrong-place"],
    ["the parent of a wildcard's host", { host: "example.com" }, "placeholder-at-wrong-host"],
  ])("in its own header is refused at %s", (_, place, reason) => {
    const credential = makeCredential({ type: "bearer" }, { pathPrefix: "/v1" });
    const wildcard = makeCredential({ type: "bearer" }, { host: "*.example.com", port: 9 });
    const authorise = createAuthoriser([credential, wildcard]);
    const headers = [["Authorization", `Bearer ${credential.placeholder}`]] as const;
    const refusal = refusalOf(() => authorise(makeRequest(headers, { ...place, rule: pass })));
    expect([refusal.reason, refusal.flags]).toEqual([reason, [reason]]);
    expect(authorise(makeRequest(headers)).plan[0]?.credential).toBe(credential);
  });

  test.each(["first", "last"])(
    "of another host's credential is what is told, though one of this host's is beside it, and comes %s",
    (place) => {
      const here = makeCredential({ type: "bearer" });
      const elsewhere = makeCredential({ type: "bearer" }, { host: "b.test" });
      const headers = [["X-Note", `${here.placeholder} ${elsewhere.placeholder}`]] as const;
      const all = place === "first" ? [here, elsewhere] : [elsewhere, here];
      const refusal = refusalOf(() => createAuthoriser(all)(makeRequest(headers)));
      expect(refusal.reason).toBe("placeholder-at-wrong-host");
    },
  );

  test("of another credential is refused beside the right one", () => {
    const here = makeCredential({ type: "bearer" });
    const elsewhere = makeCredential({ type: "bearer" }, { host: "b.test" });
    const headers = [
      ["Authorization", `Bearer ${here.placeholder}`],
      ["X-Api-Key", elsewhere.placeholder],
    ] as const;
    const refusal = refusalOf(() => createAuthoriser([here, elsewhere])(makeRequest(headers)));
    expect(refusal.reason).toBe("placeholder-at-wrong-host");
  });
});
