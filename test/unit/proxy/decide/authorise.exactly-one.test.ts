import { describe, expect, test } from "vitest";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import type { HeaderField } from "../../../../src/http/header-fields.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import type { CredentialScheme } from "../../../../src/credential/schemes.ts";
import {
  authoriseAndApply,
  base64,
  makeCredential,
  makeRequest,
} from "../../../support/credential-fixtures.ts";
import { recordScore } from "../../../support/scoreboard.ts";

type Attack = (placeholder: string) => readonly HeaderField[];
const bearer: CredentialScheme = { type: "bearer" };
const apiKey: CredentialScheme = { type: "header", header: "x-api-key" };

/** Ways to have the injected header removed, doubled or shadowed. */
const attacks: readonly (readonly [name: string, scheme: CredentialScheme, attack: Attack])[] = [
  ["Connection names the header", bearer, () => [["Connection", "authorization"]]],
  ["Connection names it among others", bearer, () => [["Connection", "close, Authorization"]]],
  [
    "Connection names it twice",
    bearer,
    () => [
      ["Connection", "authorization"],
      ["connection", "Authorization"],
    ],
  ],
  ["Connection names it with tabs", bearer, () => [["Connection", "close,\tAUTHORIZATION\t,"]]],
  ["Connection names x-api-key", apiKey, () => [["Connection", "X-Api-Key, keep-alive"]]],
  [
    "duplicate placeholder",
    bearer,
    (p) => [
      ["Authorization", `Bearer ${p}`],
      ["Authorization", `Bearer ${p}`],
    ],
  ],
  [
    "placeholder, then another",
    bearer,
    (p) => [
      ["Authorization", `Bearer ${p}`],
      ["Authorization", "Bearer x"],
    ],
  ],
  [
    "another, then placeholder",
    bearer,
    (p) => [
      ["Authorization", "Bearer x"],
      ["Authorization", `Bearer ${p}`],
    ],
  ],
  ["list in one header", bearer, (p) => [["Authorization", `Bearer ${p}, Bearer x`]]],
  ["case variant", bearer, () => [["AUTHORIZATION", "Bearer x"]]],
  [
    "both headers of one credential",
    apiKey,
    (p) => [
      ["x-api-key", p],
      ["Authorization", `Bearer ${p}`],
    ],
  ],
  ["Bearer for a header scheme", apiKey, (p) => [["Authorization", `Bearer ${p}`]]],
  ["x-api-key for a bearer scheme", bearer, (p) => [["X-Api-Key", p]]],
  ["underscore variant", apiKey, (p) => [["x_api_key", p]]],
  ["underscore variant with another", apiKey, () => [["X_API_KEY", "x"]]],
  ["dot variant", apiKey, () => [["x.api.key", "x"]]],
  ["empty duplicate", bearer, () => [["Authorization", ""]]],
  ["empty underscore duplicate", apiKey, () => [["x_api_key", ""]]],
  [
    "Basic beside Bearer",
    bearer,
    (p) => [
      ["Authorization", `Basic ${base64(`a:${p}`)}`],
      ["authorization", `Bearer ${p}`],
    ],
  ],
  ["Basic of another", bearer, () => [["Authorization", `Basic ${base64("a:b")}`]]],
  ["Proxy-Authorization", bearer, (p) => [["Proxy-Authorization", `Bearer ${p}`]]],
  ["forwarded copy", bearer, (p) => [["X-Forwarded-Authorization", `Bearer ${p}`]]],
  [
    "prototype names",
    bearer,
    (p) => [
      ["__proto__", "x"],
      ["constructor", "x"],
      ["Authorization", `Bearer ${p}`],
      ["authorization", `token ${p}`],
    ],
  ],
  [
    "Private-Token beside Bearer",
    bearer,
    (p) => [
      ["Private-Token", p],
      ["Authorization", `Bearer ${p}`],
    ],
  ],
  ["trailing junk", bearer, (p) => [["Authorization", `Bearer ${p} x`]]],
  ["cookie copy", bearer, (p) => [["Cookie", `token=${p}`]]],
];

/** What a strict RFC 9110 §7.6.1 proxy and a CGI-like gateway make of the header block. */
function credentialsSeen(headers: readonly HeaderField[]): readonly string[] {
  const nominated = headers
    .filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) => value.split(",").map((option) => option.trim().toLowerCase()));
  return headers
    .filter(([name]) => !nominated.includes(name.toLowerCase()))
    .map(([name, value]) => [name.toLowerCase().replaceAll(/[^a-z]/g, "_"), value] as const)
    .filter(([name]) => /authorization|api_key|token|cookie/.test(name))
    .map(([, value]) => value);
}

async function outcome(
  scheme: CredentialScheme,
  attack: Attack,
): Promise<"ours once" | "refused" | "broken"> {
  const credential = makeCredential(scheme);
  const ours = scheme.type === "bearer" ? `Bearer ${credential.secret}` : credential.secret;
  try {
    const request = makeRequest(attack(credential.placeholder));
    const sent = await authoriseAndApply(createAuthoriser([credential]), request);
    const clean = !JSON.stringify(sent).includes(credential.placeholder);
    const seen = credentialsSeen(sent.headers);
    return clean && seen.length === 1 && seen[0] === ours ? "ours once" : "broken";
  } catch (error) {
    if (error instanceof Refusal && error.status === 403) return "refused";
    throw error;
  }
}

/** A proxy that only adds its header to what the client sent. */
function naiveIsBroken(scheme: CredentialScheme, attack: Attack): boolean {
  const slot = scheme.type === "header" ? scheme.header : "Authorization";
  const seen = credentialsSeen([...attack("placeholder"), [slot, "ours"]]);
  return seen.length !== 1 || seen[0] !== "ours";
}

describe("the credential upstream", () => {
  test.each(attacks)(
    "is ours and the only one, or nothing is sent, as it isn't with a proxy that only adds a header: %s",
    async (name, scheme, attack) => {
      expect(await outcome(scheme, attack)).not.toBe("broken");
      expect(naiveIsBroken(scheme, attack)).toBe(true);
      const test = `removing, doubling and shadowing the injected credential: ${name}`;
      recordScore({ row: 17, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
    },
  );

  test("goes upstream for the harmless ones instead of being refused", async () => {
    const outcomes = await Promise.all(
      attacks.map(([, scheme, attack]) => outcome(scheme, attack)),
    );
    const sent = attacks.filter((_, at) => outcomes[at] === "ours once");
    expect(sent.map(([name]) => name)).toEqual([
      "Connection names the header",
      "Connection names it among others",
      "Connection names it twice",
      "Connection names it with tabs",
      "Connection names x-api-key",
      "duplicate placeholder",
      "both headers of one credential",
      "Bearer for a header scheme",
      "x-api-key for a bearer scheme",
      "empty duplicate",
      "empty underscore duplicate",
      "Basic beside Bearer",
      "prototype names",
      "Private-Token beside Bearer",
    ]);
  });
});
