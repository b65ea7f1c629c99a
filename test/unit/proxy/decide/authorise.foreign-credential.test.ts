import { describe, expect, test } from "vitest";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import type { AuthorisationRequest } from "../../../../src/proxy/decide/authorise.ts";
import { createPlaceholder } from "../../../../src/credential/placeholder.ts";
import type { HeaderField } from "../../../../src/http/header-fields.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import {
  applyPlan,
  base64,
  makeCredential,
  makeRequest,
  makeRule,
  refusalOf,
} from "../../../support/credential-fixtures.ts";
import { recordScore } from "../../../support/scoreboard.ts";

/** An attacker's own key, with which an allowed API would keep what the agent uploads. */
const key = "attacker-9b1f4de2c0a85f7736e4d1b2";

const headerAttacks: readonly HeaderField[] = [
  ["Authorization", `Bearer ${key}`],
  ["AUTHORIZATION", `token ${key}`],
  ["authorization", `Basic ${base64(`user:${key}`)}`],
  ["Authorization", key],
  ["Proxy-Authorization", `Basic ${base64(key)}`],
  ["x-api-key", key],
  ["X-API-KEY", key],
  ["x_api_key", key],
  ["X.Api.Key", key],
  ["api-key", key],
  ["x-goog-api-key", key],
  ["private-token", key],
  ["Job-Token", key],
  ["x-auth-token", key],
  ["X-Amz-Security-Token", key],
  ["DD-API-KEY", key],
  ["dd-application-key", key],
  ["X-Figma-Token", key],
  ["X-Vault-Token", key],
  ["X-Acme-Access-Token", key],
  ["X-Forwarded-Authorization", `Bearer ${key}`],
  ["Sec-WebSocket-Protocol", `realtime, openai-insecure-api-key.${key}`],
];

const queryAttacks: readonly string[] = [
  `/v1/things?key=${key}`,
  `/v1/things?a=b&API_KEY=${key}`,
  `/v1/things?api-key=${key}`,
  `/v1/things?access_token=${key}`,
  `/v1/things?%61ccess_token=${key}`,
  `/v1/things?%2561ccess%255ftoken=${key}`,
  `/v1/things?a=b;token=${key}`,
  `/v1/things?auth=${key}`,
  `/v1/things?sig=${key}`,
  `/v1/things?X-Amz-Signature=${key}&X-Amz-Credential=x`,
  `/v1/things?%24httpHeaders=Authorization:${key}`,
];

const attacks: readonly (readonly [name: string, request: AuthorisationRequest])[] = [
  ...headerAttacks.map((field) => [`${field[0]}: ${field[1]}`, makeRequest([field])] as const),
  ...queryAttacks.map((rawTarget) => [rawTarget, makeRequest([], { rawTarget })] as const),
];

describe("a credential of the client's own", () => {
  test.each(attacks)("is refused on a host with a bound credential, as %s", (_, request) => {
    const authorise = createAuthoriser([makeCredential({ type: "header", header: "x-api-key" })]);
    const refusal = refusalOf(() => authorise(request));
    expect(refusal).toMatchObject({ status: 403, reason: "foreign-credential" });
    expect(refusal.flags).toEqual(["foreign-credential"]);
    expect(refusal.message).not.toContain(key);
  });

  test.each(attacks)(
    "never reaches a bound host, and would without the authoriser, as %s",
    (name, asked) => {
      const request = { ...asked, rule: makeRule({ clientCredentials: "pass" }) };
      const guarded = createAuthoriser([makeCredential({ type: "bearer" })]);
      expect(isRefused(() => guarded(request))).toBe(true);
      const sent = createAuthoriser([])(request).request;
      expect(sent).toEqual({ headers: request.headers, target: request.rawTarget });
      const test = `foreign credentials on a host with a bound credential: ${name}`;
      recordScore({ row: 16, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
    },
  );

  test.each(headerAttacks)("beside the placeholder is refused too: %s: %s", (...field) => {
    const credential = makeCredential({ type: "header", header: "x-api-key" });
    const authorise = createAuthoriser([credential]);
    const request = makeRequest([["x-api-key", credential.placeholder], field]);
    expect(refusalOf(() => authorise(request)).reason).toBe("foreign-credential");
  });

  test.each(
    ["appid", "APPID", "appid[]", "app%49d", "appid%5B0%5D", "%61pp_id", "app.id"].flatMap((name) =>
      ["&", ";"].map((separator) => [separator, name] as const),
    ),
  )("beside the placeholder in a query is refused too, as %s%s", (separator, name) => {
    const credential = makeCredential({ type: "query", parameter: "appid" });
    const authorise = createAuthoriser([credential]);
    const both = `/v1/things?appid=${credential.placeholder}${separator}${name}=${key}`;
    const request = makeRequest([], { rawTarget: both });
    expect(refusalOf(() => authorise(request)).reason).toBe("foreign-credential");
  });

  test("that is a placeholder of another session is named so", () => {
    const stale = createPlaceholder({ prefix: "tok-", length: 40, alphabet: "alphanumeric" });
    const authorise = createAuthoriser([makeCredential({ type: "bearer" })]);
    const refusal = refusalOf(() => authorise(makeRequest([["Authorization", `Bearer ${stale}`]])));
    expect(refusal.reason).toBe("foreign-credential");
    expect(refusal.message).toContain("another session");
  });

  test.each([
    ["Idempotency-Key", "1"],
    ["X-CSRF-Token", "1"],
    ["Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEA=="],
    ["Sec-WebSocket-Protocol", "graphql-ws"],
    ["npm-auth-type", "web"],
    ["anthropic-version", "2023-06-01"],
    ["Authorization", ""],
  ])("isn't seen in the harmless header %s: %s", (name, value) => {
    const authorise = createAuthoriser([makeCredential({ type: "bearer" })]);
    expect(authorise(makeRequest([[name, value]])).plan[0]?.credential).toBeDefined();
  });

  test.each(["?page_token=x", "?q=key", "?cursor=abc&limit=5", "?keys=a", "?"])(
    "isn't seen in the harmless query %s",
    async (query) => {
      const authorise = createAuthoriser([makeCredential({ type: "bearer" })]);
      const preparation = authorise(makeRequest([], { rawTarget: `/v1/things${query}` }));
      expect((await applyPlan(preparation)).target).toBe(`/v1/things${query}`);
    },
  );
});

function isRefused(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    return error instanceof Refusal && error.status === 403;
  }
}
