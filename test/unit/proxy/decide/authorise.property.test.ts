import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import type { AuthorisationRequest } from "../../../../src/proxy/decide/authorise.ts";
import type { HeaderField } from "../../../../src/http/header-fields.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import type { CredentialScheme } from "../../../../src/credential/schemes.ts";
import {
  applyPlan,
  base64,
  makeCredential,
  makeRequest,
  makeRule,
} from "../../../support/credential-fixtures.ts";

const schemes: readonly CredentialScheme[] = [
  { type: "bearer" },
  { type: "basic", username: "x-access-token" },
  { type: "header", header: "X-Api-Key" },
  { type: "header", header: "X-Custom", prefix: "v1 " },
  { type: "query", parameter: "key" },
];
const hosts = ["a.test", "b.test", "sub.a.test", "c.test"];
const credentials = schemes.map((scheme, index) =>
  makeCredential(scheme, {
    host: ["a.test", "b.test", "*.a.test", "a.test", "b.test"][index]!,
    pathPrefix: ["/", "/v1", "/", "/v1/x", "/v2"][index]!,
  }),
);
const authorise = createAuthoriser(credentials);

const encodings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `Bearer ${text}`,
  (text) => `token ${text}`,
  (text) => `v1 ${text}`,
  (text) => `Basic ${base64(`me:${text}`)}`,
  (text) => `Basic ${base64(`${text}:`)}`,
  (text) => base64(`zz${text}`),
  (text) => text.replaceAll("-", "%2D"),
  (text) => `pre${text}post`,
];
const values = fc
  .tuple(
    fc.constantFrom(...credentials.map(({ placeholder }) => placeholder), "foreign", ""),
    fc.constantFrom(...encodings),
  )
  .map(([text, encode]) => encode(text));
const fields = fc.tuple(
  fc.constantFrom(
    "Authorization",
    "authorization",
    "X-Api-Key",
    "x_api_key",
    "x-custom",
    "X_Custom",
    "Cookie",
    "Connection",
    "X-Note",
    "Private-Token",
    "Accept",
  ),
  values,
);
const requests: fc.Arbitrary<AuthorisationRequest> = fc
  .record({
    host: fc.constantFrom(...hosts),
    port: fc.constantFrom(443, 443, 443, 8443),
    scheme: fc.constantFrom("https", "https", "https", "http" as const),
    path: fc.constantFrom("/", "/v1", "/v1/x", "/v1/xy", "/v2/z"),
    query: fc.oneof(
      fc.constant(""),
      fc
        .tuple(fc.constantFrom("key", "KEY", "a", "t%6fken"), values)
        .map(([n, v]) => `?${n}=${v}&z=1`),
    ),
    headers: fc.array(fields, { maxLength: 4 }),
    clientCredentials: fc.constantFrom("pass", "refuse" as const),
  })
  .map(({ query, clientCredentials, headers, ...place }) =>
    makeRequest(headers, {
      ...place,
      rawTarget: `${place.path}${query}`,
      rule: makeRule({ clientCredentials }),
    }),
  );

async function run(request: AuthorisationRequest) {
  try {
    const preparation = authorise(request);
    const credential = credentials.find((one) => one === preparation.plan[0]?.credential);
    return { credential, sent: await applyPlan(preparation) };
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Everything in the text that a lenient server could read out of it. */
function readings(headers: readonly HeaderField[], target: string): string {
  const text = `${headers.map((field) => field.join(":")).join("\n")}\n${target}`;
  const plain = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const decoded = [0, 1, 2, 3].flatMap((skip) =>
    (text.match(/[A-Za-z0-9+/_=-]{16,}/g) ?? []).map((token) =>
      Buffer.from(token.slice(skip), "base64").toString("latin1"),
    ),
  );
  return [text, plain, ...decoded].join("\n");
}

const options = { numRuns: 5000 };

describe("for any request", () => {
  test("a secret goes only to a host, port and path that its credential is bound to, over https", async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const result = await run(request);
        if (result === undefined) return;
        const seen = readings(result.sent.headers, result.sent.target);
        const carried = credentials.filter(({ secret }) => seen.includes(secret));
        expect(carried).toEqual(result.credential === undefined ? [] : [result.credential]);
        for (const { bindings } of carried) {
          const [binding] = bindings;
          const { host, pathPrefix, port } = binding!;
          const prefix = pathPrefix === "/" ? "/" : `${pathPrefix}/`;
          expect(request.scheme).toBe("https");
          expect(request.port).toBe(port);
          expect(`.${request.host}`.endsWith(host.replace("*", ""))).toBe(true);
          expect(request.host).toBe(host.replace("*", "sub"));
          expect(`${request.path}/`.startsWith(prefix)).toBe(true);
        }
      }),
      options,
    );
  });

  test("no placeholder survives", async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const result = await run(request);
        if (result === undefined) return;
        const seen = readings(result.sent.headers, result.sent.target);
        expect(credentials.filter(({ placeholder }) => seen.includes(placeholder))).toEqual([]);
      }),
      options,
    );
  });

  test("no foreign credential reaches a host that a credential is bound to", async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const result = await run(request);
        if (result === undefined || request.host === "c.test") return;
        // X-Custom means something only where a binding says so
        const harmless =
          request.host === "a.test"
            ? /^(?:x-note|accept|host|connection)$/i
            : /^(?:x-note|accept|host|connection|x.custom)$/i;
        for (const [name, value] of result.sent.headers) {
          const isOurs = credentials.some(({ secret }) => readings([], value).includes(secret));
          expect(harmless.test(name) || isOurs).toBe(true);
        }
      }),
      options,
    );
  });

  test("what is sent doesn't depend on how often the authoriser was asked", async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const fresh = createAuthoriser(credentials);
        const attempt = async (by: typeof authorise) => {
          try {
            return await applyPlan(by(request), "real-secret");
          } catch (error) {
            if (error instanceof Refusal) return error.reason;
            throw error;
          }
        };
        expect(await attempt(authorise)).toEqual(await attempt(fresh));
      }),
      { numRuns: 1000 },
    );
  });
});
