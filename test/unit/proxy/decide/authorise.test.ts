import { describe, expect, test } from "vitest";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import {
  applyPlan,
  provide,
  authoriseAndApply,
  base64,
  makeCredential,
  makeRequest,
  makeRule,
  refusalOf,
} from "../../../support/credential-fixtures.ts";
import { createPlaceholderSearch } from "../../../../src/credential/placeholder-search.ts";
import { revealOn } from "../../../../src/proxy/egress/reveal.ts";
import { SecretEchoes } from "../../../../src/proxy/egress/secret-echo.ts";
import { Refusal } from "../../../../src/http/refusal.ts";

describe("a host with a bound credential", () => {
  test("gets the credential when the client offers none", async () => {
    const credential = makeCredential({ type: "bearer" });
    const sent = await authoriseAndApply(createAuthoriser([credential]), makeRequest());
    expect(sent.headers.at(-1)).toEqual(["Authorization", `Bearer ${credential.secret}`]);
    expect(sent.headers).toHaveLength(3);
  });

  test.each([
    ["Bearer", (p: string) => ["Authorization", `Bearer ${p}`] as const],
    ["token", (p: string) => ["authorization", `token ${p}`] as const],
    ["Basic as password", (p: string) => ["Authorization", `Basic ${base64(`me:${p}`)}`] as const],
    ["Basic as user", (p: string) => ["Authorization", `Basic ${base64(`${p}:`)}`] as const],
    ["bare", (p: string) => ["Authorization", p] as const],
    ["X-Api-Key", (p: string) => ["X-Api-Key", p] as const],
    ["Private-Token", (p: string) => ["Private-Token", p] as const],
  ])("replaces the placeholder offered as %s", async (_, field) => {
    const credential = makeCredential({ type: "bearer" });
    const sent = await authoriseAndApply(
      createAuthoriser([credential]),
      makeRequest([field(credential.placeholder)]),
    );
    expect(sent.headers.slice(2)).toEqual([["Authorization", `Bearer ${credential.secret}`]]);
  });

  test("gets Basic with the scheme's user name, whatever name the client sent", async () => {
    const credential = makeCredential({ type: "basic", username: "x-access-token" });
    const offered = [
      "Authorization",
      `Basic ${base64(`someone:${credential.placeholder}`)}`,
    ] as const;
    const sent = await authoriseAndApply(createAuthoriser([credential]), makeRequest([offered]));
    expect(sent.headers.slice(2)).toEqual([
      ["Authorization", `Basic ${base64(`x-access-token:${credential.secret}`)}`],
    ]);
  });

  test("gets a custom header with its prefix", async () => {
    const scheme = { type: "header", header: "X-Figma-Token", prefix: "pat " } as const;
    const credential = makeCredential(scheme);
    const sent = await authoriseAndApply(
      createAuthoriser([credential]),
      makeRequest([["x-figma-token", `pat ${credential.placeholder}`]]),
    );
    expect(sent.headers.slice(2)).toEqual([["X-Figma-Token", `pat ${credential.secret}`]]);
  });

  test("gets a query parameter in the place of the placeholder's", async () => {
    const credential = makeCredential({ type: "query", parameter: "key" });
    const rawTarget = `/v1/things?a=1&key=${credential.placeholder}&b=%20`;
    const sent = await authoriseAndApply(
      createAuthoriser([credential]),
      makeRequest([], { rawTarget }),
    );
    expect(sent.target).toBe(`/v1/things?a=1&b=%20&key=${credential.secret}`);
  });

  test("gets exactly one header when a client sends one placeholder in two", async () => {
    const credential = makeCredential({ type: "header", header: "x-api-key" });
    const sent = await authoriseAndApply(
      createAuthoriser([credential]),
      makeRequest([
        ["X-Api-Key", credential.placeholder],
        ["Authorization", `Bearer ${credential.placeholder}`],
      ]),
    );
    expect(sent.headers.slice(2)).toEqual([["x-api-key", credential.secret]]);
  });

  test("loses the client's cookies, and the audit is told", async () => {
    const credential = makeCredential({ type: "bearer" });
    const preparation = createAuthoriser([credential])(makeRequest([["Cookie", "a=b"]]));
    expect(preparation.flags).toEqual(["cookie-removed"]);
    const { headers } = await applyPlan(preparation);
    expect(headers.map(([name]) => name)).not.toContain("Cookie");
  });

  test("stays strict on a path and a port that the binding doesn't cover", () => {
    const authorise = createAuthoriser([makeCredential({ type: "bearer" }, { pathPrefix: "/v2" })]);
    const foreign = [["x-api-key", "attacker"]] as const;
    expect(refusalOf(() => authorise(makeRequest(foreign))).reason).toBe("foreign-credential");
    expect(refusalOf(() => authorise(makeRequest(foreign, { port: 8443 }))).reason).toBe(
      "foreign-credential",
    );
    expect(authorise(makeRequest()).plan[0]?.credential).toBeUndefined();
  });

  test("never gets a credential over plain http", () => {
    const credential = makeCredential({ type: "bearer" }, { port: 80 });
    const authorise = createAuthoriser([credential]);
    const plain = { scheme: "http", port: 80 } as const;
    expect(authorise(makeRequest([], plain)).plan[0]?.credential).toBeUndefined();
    const offered = [["Authorization", `Bearer ${credential.placeholder}`]] as const;
    expect(refusalOf(() => authorise(makeRequest(offered, plain))).reason).toBe(
      "placeholder-at-wrong-place",
    );
  });
});

describe("several credentials for one host", () => {
  test("the one whose placeholder was sent is used, else the first", () => {
    const first = makeCredential({ type: "bearer" }, {}, "first");
    const second = makeCredential({ type: "bearer" }, {}, "second");
    const authorise = createAuthoriser([first, second]);
    const offered = [["Authorization", `Bearer ${second.placeholder}`]] as const;
    expect(authorise(makeRequest(offered)).plan[0]?.credential.name).toBe("second");
    expect(authorise(makeRequest()).plan[0]?.credential.name).toBe("first");
  });

  test("the longest path prefix wins, on segment boundaries, and an exact host before a wildcard", () => {
    const authorise = createAuthoriser([
      makeCredential(
        { type: "bearer" },
        { host: "*.example.com", pathPrefix: "/v1/things" },
        "any",
      ),
      makeCredential({ type: "bearer" }, {}, "host"),
      makeCredential({ type: "bearer" }, { pathPrefix: "/v1" }, "path"),
      makeCredential({ type: "bearer" }, { pathPrefix: "/v1/thin" }, "no boundary"),
    ]);
    expect(authorise(makeRequest()).plan[0]?.credential.name).toBe("path");
    expect(authorise(makeRequest([], { path: "/v2" })).plan[0]?.credential.name).toBe("host");
    expect(authorise(makeRequest([], { host: "b.example.com" })).plan[0]?.credential.name).toBe(
      "any",
    );
    expect(authorise(makeRequest([], { host: "example.com" })).plan[0]?.credential).toBeUndefined();
  });

  test("placeholders of two that share a field are refused in one request", () => {
    const first = makeCredential({ type: "basic", username: "me" });
    const second = makeCredential({ type: "bearer" });
    const both = makeRequest([
      ["x-api-key", first.placeholder],
      ["Authorization", `Bearer ${second.placeholder}`],
    ]);
    expect(refusalOf(() => createAuthoriser([first, second])(both)).reason).toBe(
      "placeholder-at-wrong-place",
    );
  });
});

describe("a host without a bound credential", () => {
  test.each([
    ["header", [["PRIVATE-TOKEN", "x"]], "/v1/things"],
    ["cookie", [["Cookie", "session=1"]], "/v1/things"],
    ["query", [], "/v1/things?access_token=x"],
  ] as const)(
    "refuses the client's own %s unless the rule lets it pass",
    (_, headers, rawTarget) => {
      const authorise = createAuthoriser([makeCredential({ type: "bearer" }, { host: "b.test" })]);
      const refusal = refusalOf(() => authorise(makeRequest(headers, { rawTarget })));
      expect(refusal).toMatchObject({ status: 403, reason: "foreign-credential" });
      expect(refusal.remedy).toContain("api.example.com");
      const request = makeRequest(headers, {
        rawTarget,
        rule: makeRule({ clientCredentials: "pass" }),
      });
      expect(authorise(request).request).toEqual({
        headers: request.headers,
        target: rawTarget,
      });
    },
  );
});

describe("a rule for signed URLs", () => {
  const authorise = createAuthoriser([makeCredential({ type: "bearer" }, { host: "b.test" })]);
  const rule = makeRule({ clientCredentials: "query" });
  const rawTarget = "/f?sv=1&se=2&sp=r&sig=a%2Bb%3D&jwt=x";

  test("lets the query pass, byte for byte", () => {
    expect(authorise(makeRequest([], { rawTarget, rule })).request.target).toBe(rawTarget);
  });

  test.each([
    ["Authorization", "Bearer x"],
    ["Cookie", "a=b"],
    ["X-Api-Key", "x"],
  ])("lets no %s pass", (name, value) => {
    const request = makeRequest([[name, value]], { rawTarget, rule });
    expect(refusalOf(() => authorise(request)).reason).toBe("foreign-credential");
  });

  test("changes nothing at a host with a bound credential", () => {
    const own = createAuthoriser([makeCredential({ type: "bearer" })]);
    const request = makeRequest([], { rawTarget, rule });
    expect(refusalOf(() => own(request)).reason).toBe("foreign-credential");
  });
});

describe("a secret", () => {
  test.each(["", "a\r\nX-Evil: 1", "ab\nc", "ab\0c", "päss€", " abc", "abc\n", "ab\u0085c"])(
    "that no header can carry is refused without being shown: %j",
    async (secret) => {
      const preparation = createAuthoriser([makeCredential({ type: "bearer" })])(makeRequest());
      const refusal = await rejectionOf(applyPlan(preparation, secret));
      expect(refusal).toMatchObject({ status: 502, reason: "credential-unavailable" });
      expect(refusal.message.includes(secret)).toBe(secret === "");
    },
  );

  test("that is a placeholder is refused", async () => {
    const credential = makeCredential({ type: "bearer" });
    const preparation = createAuthoriser([credential])(makeRequest());
    const plan = preparation.plan.map((one) => ({
      ...one,
      credential: { ...credential, provider: provide(credential.placeholder) },
    }));
    const search = createPlaceholderSearch([credential]);
    const revealing = async () =>
      revealOn(
        { echoes: new SecretEchoes(), findPlaceholder: search },
        { ...preparation, plan },
        { method: "GET", host: "api.example.com" },
      );
    expect((await rejectionOf(revealing())).status).toBe(502);
  });
});

async function rejectionOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.catch((caught: unknown) => caught);
  if (error instanceof Refusal) return error;
  throw new Error("the request was not refused", { cause: error });
}

test.each([{ host: "API.example.com" }, { host: "api.example.com." }, { pathPrefix: "v1" }])(
  "a binding that isn't canonical and would never match is a bug: %j",
  (binding) => {
    expect(() => createAuthoriser([makeCredential({ type: "bearer" }, binding)])).toThrow(
      TypeError,
    );
  },
);
