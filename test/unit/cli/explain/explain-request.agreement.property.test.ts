// `policy explain` and the proxy run one function: 100,000 requests, each by both, from the text that the user writes and from
// the head that a client sends. The proxy is the real one from its exchange to its upstream, which is a stand-in.
import { expect, test } from "vitest";
import { VaultboxError } from "../../../../src/base/errors.ts";
import { openExplainer } from "../../../../src/cli/explain/explain-request.ts";
import { parseAskedRequest } from "../../../../src/cli/explain/asked-request.ts";
import { createPlaceholderSearch } from "../../../../src/credential/placeholder-search.ts";
import { parseGitFlag } from "../../../../src/git/entry/parse-git-flag.ts";
import { type Authority, parseAuthority } from "../../../../src/http/authority.ts";
import { noBody } from "../../../../src/http/body.ts";
import type { Exchange } from "../../../../src/http/exchange.ts";
import { parseRequestHead } from "../../../../src/http/http1/request-head.ts";
import { parseIncomingRequest } from "../../../../src/http/incoming-request.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import { parseTarget } from "../../../../src/http/target.ts";
import { compilePolicy } from "../../../../src/policy/decide.ts";
import { parseRule } from "../../../../src/policy/parse-rule.ts";
import type { EgressPolicy } from "../../../../src/policy/policy.ts";
import { Turns } from "../../../../src/proxy/client/turns.ts";
import { serveRequest } from "../../../../src/proxy/client/serve-request.ts";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import { HeldBytes } from "../../../../src/proxy/egress/held-bytes.ts";
import { RequestRecord } from "../../../../src/proxy/egress/request-record.ts";
import { SecretEchoes } from "../../../../src/proxy/egress/secret-echo.ts";
import type { ProxyContext } from "../../../../src/proxy/proxy-context.ts";
import { resolveDialTarget } from "../../../../src/proxy/upstream/dial.ts";
import type { UpstreamAnswer } from "../../../../src/proxy/upstream/upstream.ts";
import { findPresetFor } from "../../../../src/presets/presets.ts";
import { gitEntries } from "../../../../src/git/entry/git-entries.ts";
import type { EntryGroup } from "../../../../src/policy/entry-kind.ts";
import { openSessionHandlers } from "../../../../src/session/session-handlers.ts";
import { makeCredential } from "../../../support/credential-fixtures.ts";
import fc from "fast-check";

const policies = 200;
const requestsOfPolicy = 500;
const stateFolder = "/nonexistent/vaultbox";
const source = { kind: "flag", label: "--allow" } as const;

const ruleTexts = [
  "api.example.com",
  "GET https://api.example.com/v1/**",
  "POST https://api.example.com/v1/*",
  "GET,PUT https://api.example.com:8443/",
  "* https://files.example.com/**",
  "*.example.org",
  "GET http://plain.example.com/a/*/c",
  "GET https://github.com/**",
  "* https://api.github.com/repos/acme/other/**",
  "https://127.0.0.1/**",
  "GET https://[2001:db8::1]/**",
];
const denialTexts = [
  "DELETE https://files.example.com/**",
  "* https://api.example.com/v1/secret/**",
  "GET https://github.com/acme/widgets/raw/**",
  "* https://*.example.org/private/*",
];
const gitTexts = [
  "https://github.com/acme/widgets:push=agent/*",
  "https://github.com/acme/widgets",
  "https://github.com/acme/closed:read=false",
  "https://github.com/acme/*:pulls=create",
  "https://gitlab.com/acme/sub/widgets:push=*:force=true",
  "https://git.example.com/team/app",
];

const bearer = makeCredential({ type: "bearer" }, { host: "api.example.com" }, "bearer");
const credentials = [
  bearer,
  makeCredential({ type: "header", header: "X-Key" }, { host: "api.example.com" }, "key"),
  makeCredential({ type: "basic", username: "u" }, { host: "github.com" }, "basic"),
  makeCredential({ type: "bearer" }, { host: "api.github.com" }, "rest"),
  makeCredential(
    { type: "query", parameter: "k" },
    { host: "files.example.com", pathPrefix: "/up" },
    "query",
  ),
];

const anyOf = fc.constantFrom;
const wordsOf = (text: string): readonly string[] => text.trim().split(/\s+/);
const subset = (texts: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...texts]);
const policyParts = fc.record({
  rules: subset(ruleTexts),
  denials: subset(denialTexts),
  git: subset(gitTexts),
});
const hosts = anyOf(
  ...wordsOf(`
  api.example.com files.example.com x.example.org example.org plain.example.com github.com
  api.github.com gitlab.com git.example.com raw.githubusercontent.com 127.0.0.1 [2001:db8::1]
  API.Example.com api.example.com. other.example a_b`),
);
const segments = fc.oneof(
  {
    weight: 6,
    arbitrary: anyOf(
      ...wordsOf(`
  v1 secret a b c up private repos acme widgets widgets.git other closed sub team app.git info refs
  git-receive-pack raw git-upload-pack lfs objects batch api v4 projects pulls graphql git ref
  heads agent%2Fx acme%2Fsub%2Fwidgets main contents merge`),
    ),
  },
  {
    weight: 1,
    arbitrary: anyOf("..", ".", "", "%2e%2e", "a%2fb", "%c0%ae", "ü", "%zz", "a;b", "A"),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
);
const queries = anyOf("", "", "", "?a=1", "?k=2", "?_method=PUT");
const someUrls = fc
  .tuple(
    anyOf("https", "https", "https", "http", "wss"),
    hosts,
    anyOf("", "", "", "", ":8443", ":443", ":80"),
    fc.array(segments, { maxLength: 6 }),
    queries,
  )
  .map(
    ([scheme, host, port, parts, query]) => `${scheme}://${host}${port}/${parts.join("/")}${query}`,
  );
/** Such as a rule or an entry is about, and what lies around it */
const meantUrls = fc
  .tuple(
    anyOf(
      ...wordsOf(`
  https://api.example.com/v1 https://api.example.com/v1/secret https://x.example.org
  https://files.example.com/up http://plain.example.com/a/b/c https://127.0.0.1/a
  https://api.example.com:8443 https://github.com/acme/widgets.git/info/refs
  https://github.com/acme/widgets/git-receive-pack https://github.com/acme/closed
  https://api.github.com/repos/acme/widgets https://api.github.com/graphql
  https://api.github.com/repos/acme/widgets/pulls https://api.github.com/repos/acme/other
  https://github.com/acme/widgets/info/lfs/objects/batch wss://api.example.com/v1
  https://gitlab.com/api/v4/projects/acme%2Fsub%2Fwidgets/repository/branches
  https://git.example.com/team/app.git/git-upload-pack
  https://raw.githubusercontent.com/acme/closed/main`),
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant("") },
      segments.map((part) => `/${part}`),
    ),
    queries,
  )
  .map((parts) => parts.join(""));
const urls = fc.oneof({ weight: 3, arbitrary: meantUrls }, someUrls);
const someHeaders = fc.array(
  anyOf(
    "Accept: */*",
    "Destination: /b",
    "Destination: https://files.example.com/x",
    "Range: x",
    "X-HTTP-Method-Override: DELETE",
    "Host: other.example",
    "Cookie: a=b",
    "X-Key: foreign",
    "Authorization: Bearer foreign",
    `Authorization: Bearer ${bearer.placeholder}`,
    "X-Amz-Copy-Source: /bucket/key",
    "X-Forwarded-Host: evil.example",
    "If: </x> (<t>)",
  ),
  { maxLength: 2 },
);
const requests = fc.record({
  method: anyOf("GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "COPY", "OPTIONS"),
  url: urls,
  headers: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, someHeaders),
});

/** What every client that sends a body says of it; `policy explain` adds it where the user doesn't. */
function withType({ method, url, headers }: Wanted): Wanted {
  if (method === "GET" || method === "HEAD") return { method, url, headers };
  const type = /git-(?:upload|receive)-pack$/.exec(url)?.[0];
  const value = type === undefined ? "application/json" : `application/x-${type}-request`;
  return { method, url, headers: [`Content-Type: ${value}`, ...headers] };
}

interface PolicyParts {
  readonly rules: readonly string[];
  readonly denials: readonly string[];
  readonly git: readonly string[];
}

function toGitGroup(texts: readonly string[]): EntryGroup {
  return { kind: gitEntries, items: texts.map((text) => parseGitFlag(text, source)) };
}

function toPolicy({ rules, denials, git }: PolicyParts): EgressPolicy {
  return {
    rules: [
      ...rules.map((text) => parseRule(text, { source })),
      ...denials.map((text) => parseRule(text, { source, effect: "deny" })),
    ],
    limits: {},
    ...(git.length === 0 ? {} : { entries: [toGitGroup(git)] }),
  };
}

interface Wanted {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
}

/** `depends`: the proxy asked for the body, or the upstream */
type Verdict =
  | { readonly verdict: "invalid" | "depends" }
  | { readonly verdict: "deny"; readonly reason: string }
  | { readonly verdict: "allow"; readonly credential: string | null };

/** Asked for what only a whole request has. */
class Asked extends Error {}

async function openProxy(policy: EgressPolicy): Promise<(wanted: Wanted) => Promise<Verdict>> {
  const ask = (): Promise<never> => Promise.reject(new Asked());
  const held = new HeldBytes();
  const compiled = compilePolicy(policy);
  const isGit = policy.entries !== undefined;
  const openHandlers = await openSessionHandlers({ policy, stateFolder });
  let hasAsked = false;
  let refused: string | undefined;
  let sentWith: string | undefined;
  const noteAsked = (): Promise<never> => {
    hasAsked = true;
    return ask();
  };
  const context = {
    deciders: {
      policy: compiled,
      handlers: isGit ? openHandlers({ send: noteAsked, openHold: () => held.open() }) : [],
    },
    authorise: createAuthoriser(credentials, findPresetFor),
    findPlaceholder: createPlaceholderSearch(credentials),
    recorder: {
      decision: (event) => {
        if (event.verdict === "deny") refused = event.reason;
        return Promise.resolve();
      },
      outcome: ({ reason }) => (refused ??= reason),
    },
    admit: () => ({ countUpload: () => undefined }),
    upstream: {
      send: async ({ authority, credential }): Promise<UpstreamAnswer> => {
        resolveDialTarget(authority, []);
        sentWith = credential;
        return Promise.resolve({
          head: { status: 200, headers: [] },
          body: noBody,
          unlessSendingFails: (work) => work,
          close: () => undefined,
        });
      },
    },
    echoes: new SecretEchoes(),
    held,
    turns: new Turns(),
    nextRequest: () => 1,
  } satisfies Partial<ProxyContext>;
  return async (wanted) => {
    [hasAsked, refused, sentWith] = [false, undefined, undefined];
    const sent = toSent(wanted);
    if (sent === undefined) return { verdict: "invalid" };
    const exchange: Exchange = {
      request: sent.request,
      body: { length: sent.request.body, next: noteAsked },
      isClosed: false,
      isGone: false,
      onGone: () => undefined,
      respond: () => Promise.resolve(),
      refuse: () => undefined,
      upgrade: notThere,
      reset: () => undefined,
    };
    const record = new RequestRecord(context.recorder, 1);
    const { tunnel } = sent;
    await serveRequest(context as unknown as ProxyContext, exchange, { tunnel, record });
    if (hasAsked) return { verdict: "depends" };
    // What comes of its answer is another matter
    if (sentWith !== undefined || refused === undefined) {
      return { verdict: "allow", credential: sentWith || null };
    }
    return isReadable(sent) ? { verdict: "deny", reason: refused } : { verdict: "invalid" };
  };
}

function notThere(): never {
  throw new Error("the stand-in agrees to no upgrade");
}

/** Whether the proxy comes to ask its rules. */
function isReadable({ request, tunnel }: NonNullable<ReturnType<typeof toSent>>): boolean {
  try {
    parseIncomingRequest(request, tunnel);
    return true;
  } catch {
    return false;
  }
}

/** What a client sends through a tunnel to the URL's host; undefined where the proxy reads no such request. */
function toSent({ method, url, headers: given }: Wanted) {
  const isWebSocket = url.startsWith("wss:");
  const bytes = Buffer.from(url.replace(/^wss/, "https"), "utf8").toString("latin1");
  try {
    const { scheme, authorityText, rawPath, query } = parseTarget(method, bytes);
    if (scheme === undefined || authorityText === undefined) return undefined;
    const tunnel: Authority = parseAuthority(authorityText, scheme, scheme === "https" ? 443 : 80);
    const host = given.some((header) => /^host:/i.test(header)) ? [] : [`Host: ${authorityText}`];
    const upgrade = isWebSocket
      ? [
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
      : [];
    const lines = [`${method} ${rawPath}${query} HTTP/1.1`, ...host, ...given, ...upgrade];
    const text = lines.map((line) => Buffer.from(line, "utf8").toString("latin1")).join("\r\n");
    // The line is bytes already
    const head = [lines[0], ...text.split("\r\n").slice(1)].join("\r\n");
    return { tunnel, request: parseRequestHead(head) };
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

const openTestExplainer = (policy: EgressPolicy): ReturnType<typeof openExplainer> =>
  openExplainer({
    policy,
    stateFolder,
    openAuthoriser: () => Promise.resolve(createAuthoriser(credentials, findPresetFor)),
    readConnectTo: () => Promise.resolve([]),
  });

test("policy explain says of 100,000 requests what the proxy does with them", async () => {
  const counts = { invalid: 0, deny: 0, allow: 0, depends: 0 };
  let foundByControl = 0;
  const drawn = fc.sample(policyParts, { numRuns: policies, seed: 9 });
  const asked = fc.sample(requests, { numRuns: policies * requestsOfPolicy, seed: 9 });
  for (const [index, parts] of drawn.entries()) {
    const policy = toPolicy(parts);
    const explain = await openTestExplainer(policy);
    // The control explains another policy than the proxy has
    const mistaken = await openTestExplainer(toPolicy({ ...parts, denials: [] }));
    const serve = await openProxy(policy);
    const own = asked.slice(index * requestsOfPolicy, (index + 1) * requestsOfPolicy);
    for (const wanted of own.map(withType)) {
      const said = await explained(explain, wanted);
      const done = await serve(wanted);
      counts[said.verdict]++;
      if (!isAgreed(said, done)) {
        expect({ parts, wanted, said }).toEqual({ parts, wanted, said: done });
      }
      if (index < 20 && !isAgreed(await explained(mistaken, wanted), done)) foundByControl++;
    }
  }
  expect(foundByControl).toBeGreaterThan(20);
  // Each kind is met often enough to be worth something
  const { invalid, deny, allow, depends } = counts;
  expect([invalid > 10_000, deny > 10_000, allow > 5_000, depends > 500]).not.toContain(false);
}, 300_000);

/** Of a request whose body decides, what it holds of credentials is said before. */
function isAgreed(said: Verdict, done: Verdict): boolean {
  if (JSON.stringify(said) === JSON.stringify(done)) return true;
  return (
    done.verdict === "depends" &&
    said.verdict === "deny" &&
    /credential|placeholder/.test(said.reason)
  );
}

async function explained(
  explain: Awaited<ReturnType<typeof openExplainer>>,
  wanted: Wanted,
): Promise<Verdict> {
  try {
    const { verdict, reason, credential } = await explain(parseAskedRequest(wanted));
    if (verdict === "depends") return { verdict };
    return verdict === "deny" ? { verdict, reason: reason ?? "none" } : { verdict, credential };
  } catch (error) {
    if (error instanceof VaultboxError) return { verdict: "invalid" };
    throw error;
  }
}
