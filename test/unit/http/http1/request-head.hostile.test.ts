import { provide } from "../../../support/credential-fixtures.ts";
import { expect, test } from "vitest";
import { compilePolicy, decide } from "../../../../src/policy/decide.ts";
import { parseRule } from "../../../../src/policy/parse-rule.ts";
import { parseAuthority } from "../../../../src/http/authority.ts";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import { parseRequestHead } from "../../../../src/http/http1/request-head.ts";
import { refuseImpossible } from "../../../../src/http/impossible-request.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import { readSecondResources } from "../../../../src/http/second-resource.ts";
import { parseTarget } from "../../../../src/http/target.ts";
import { recordScore } from "../../../support/scoreboard.ts";

const pieces = "- _ . a.b- ' & a=& key= ; x; % %41 %252 + eyJ. ghp_ , [ ( /a".split(" ");
const names = [
  "Authorization Cookie Forwarded If Destination Connection Upload-Concat X-Amz-Copy-Source",
  "X-Forwarded-Host X-Api-Key Sec-WebSocket-Protocol X-Session-Id",
].flatMap((line) => line.split(" "));

function fill(piece: string, bytes: number): string {
  return piece.repeat(Math.floor(bytes / piece.length));
}

/** Heads of at most 64 KiB, whose every part was made of one piece. */
function* hostileHeads(): Generator<readonly [title: string, text: string]> {
  const line = "GET /a HTTP/1.1\r\nHost: api.example.com";
  for (const piece of pieces) {
    const long = fill(piece, 15_000);
    yield [`path ${piece}`, `GET /${long} HTTP/1.1\r\nHost: api.example.com`];
    yield [`query ${piece}`, `GET /?${long} HTTP/1.1\r\nHost: api.example.com`];
    yield [`name ${piece}`, `${line}\r\n${fill(piece, 60_000)}: x`];
    const short = Array.from({ length: 190 }, (_, at) => `x-${at}${fill(piece, 200)}: x`);
    yield [`names ${piece}`, [line, ...short].join("\r\n")];
    for (const name of names)
      yield [`${name} ${piece}`, `${line}\r\n${name}: ${fill(piece, 60_000)}`];
  }
}

const policy = compilePolicy({
  limits: {},
  rules: ["* https://api.example.com/**", "* https://api.example.com/**/x/*y*/**"].map((text, at) =>
    parseRule(text, {
      effect: at === 0 ? "allow" : "deny",
      source: { kind: "flag", label: "test" },
    }),
  ),
});
const authorise = createAuthoriser([
  {
    name: "api",
    vault: "default",
    bindings: [
      {
        host: "api.example.com",
        port: 443,
        pathPrefix: "/",
        scheme: { type: "query", parameter: "k" },
      },
    ],
    placeholder: "vbx-0123456789abcdefghijklmnopqrstuv",
    provider: provide("s3cret"),
  },
]);

/** All that is done with a request before its decision is recorded. */
function decideHead(text: string): void {
  const { method, headers, target: rawTarget } = parseRequestHead(text);
  const target = parseTarget(method, rawTarget);
  const authority = parseAuthority("api.example.com", "https", 443);
  refuseImpossible({ method, headers }, target, authority);
  const others = readSecondResources({ head: { method, headers }, authority, target });
  const { path } = target;
  const place = { scheme: "https", host: "api.example.com", port: 443, path } as const;
  decide(policy, { ...place, method, others, websocket: false });
  const rule = { effect: "allow", clientCredentials: "refuse" } as const;
  authorise({ ...place, rawTarget, headers, rule });
}

test("no request head, whatever it is made of, keeps the proxy at it for long [row 40]", () => {
  const heads = [...hostileHeads()];
  const slow: string[] = [];
  for (const [title, text] of heads) {
    const start = performance.now();
    try {
      decideHead(text);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    const ms = performance.now() - start;
    if (ms > 1000) slow.push(`${title}: ${Math.round(ms)} ms`);
  }
  expect(slow).toEqual([]);
  // A parser without a limit for names hands 60 KB on to whoever compares, folds and remembers them
  const naive = heads.filter(([, text]) => /\r\n[^:\r\n]{257,}:/.test(text));
  recordScore({
    row: 40,
    test: "heads made of one piece",
    attempts: heads.length,
    blocked: heads.length - slow.length,
    controlSucceeded: naive.length,
  });
});

test("a header name of 256 characters passes, and one of 257 doesn't", () => {
  const head = (length: number): string =>
    `GET / HTTP/1.1\r\nHost: api.example.com\r\n${"-".repeat(length)}: x`;
  expect(parseRequestHead(head(256)).headers).toHaveLength(2);
  expect(() => parseRequestHead(head(257))).toThrow("a header line is not valid");
});
