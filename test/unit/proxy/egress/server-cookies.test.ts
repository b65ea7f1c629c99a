import { expect, test } from "vitest";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import type { HeaderField } from "../../../../src/http/header-fields.ts";
import { ServerCookies } from "../../../../src/proxy/egress/server-cookies.ts";
import {
  applyPlan,
  makeCredential,
  makeRequest,
  makeRule,
  refusalOf,
} from "../../../support/credential-fixtures.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import { recordScore } from "../../../support/scoreboard.ts";

const host = "www.example.com";

function cookiesOf(setter: string, ...set: readonly string[]): ServerCookies {
  const cookies = new ServerCookies();
  cookies.add(
    setter,
    set.map((value) => ["Set-Cookie", value] as const),
  );
  return cookies;
}

test.each([
  ["sid=1; Path=/; HttpOnly", "sid=1", "sid=1"],
  ["sid=1", "a=b; sid=1;c=d", "sid=1"],
  ["sid = 1 ;Secure", "sid=1", "sid=1"],
  ['sid="1"', "sid=1", "sid=1"],
  ["sid=1", 'sid="1"', 'sid="1"'],
  ["sid=a=b==", "sid=a=b==", "sid=a=b=="],
  ["alone", "alone", "alone"],
  ["sid=1; Domain=example.com", "sid=1", "sid=1"],
  ["sid=1; domain=.WWW.example.com", "sid=1", "sid=1"],
  ["sid=1; Domain=other.example", "sid=1", ""],
  ["sid=1; Domain=ample.com", "sid=1", ""],
  ["sid=1", "sid=2", ""],
  ["sid=1", "SID=1", ""],
  ["sid=1", "sid=1, sid=2", ""],
])("after Set-Cookie: %s a Cookie of %s is the server's own: %s", (set, sent, own) => {
  expect(cookiesOf(host, set).sort(host, sent).own).toBe(own);
});

test.each([
  ["example.com", "sid=1; Domain=example.com", "www.example.com", true],
  ["example.com", "sid=1", "www.example.com", false],
  ["www.example.com", "sid=1; Domain=example.com", "example.com", false],
  ["evil.example.com", "sid=1; Domain=example.com", "api.example.com", false],
  ["evil.github.example", "sid=1; Domain=github.example", "victim.github.example", false],
  ["203.0.113.7", "sid=1", "203.0.113.7", true],
  ["203.0.113.7", "sid=1; Domain=113.7", "1.113.7", false],
])("what %s sets with %s comes back at %s: %s", (setter, set, at, comes) => {
  expect(cookiesOf(setter, set).sort(at, "sid=1").own !== "").toBe(comes);
});

test("only so many cookies are remembered, and looked at", () => {
  const cookies = cookiesOf(host, ...Array.from({ length: 10_001 }, (_, at) => `c=${at}`));
  expect(cookies.sort(host, "c=0").own).toBe("");
  expect(cookies.sort(host, "c=1").own).toBe("c=1");
  expect(cookies.sort(host, "c=1;".repeat(200)).others).toBe(0);
  expect(cookies.sort(host, "c=1;".repeat(201)).others).toBe(201);
});

/** Answers of the server, and the request after them. */
function ask(set: readonly HeaderField[], sent: HeaderField, bound = false) {
  const authorise = createAuthoriser(bound ? [makeCredential({ type: "bearer" })] : []);
  authorise(makeRequest()).learn?.(set);
  return authorise(makeRequest([sent]));
}

test("a cookie that the server set passes at a host without a credential, and others beside it don't", () => {
  const preparation = ask([["Set-Cookie", "sid=1"]], ["Cookie", "_ga=x; sid=1"]);
  expect(preparation.flags).toEqual(["cookie-removed"]);
  expect(preparation.request.headers.at(-1)).toEqual(["Cookie", "sid=1"]);
});

test.each([
  ["Cookie2", '$Version="1"'],
  ["Cookie2", "$Version=1"],
  ["Cookie", " "],
] as const)(
  "what says only which cookies a client knows, or nothing, is left out: %s:%s",
  (...field) => {
    expect(ask([], field).request.headers).not.toContainEqual(field);
  },
);

test("at a host with a credential every cookie is removed, whoever set it", async () => {
  const preparation = ask([["Set-Cookie", "sid=1"]], ["Cookie", "sid=1"], true);
  expect(preparation.flags).toEqual(["cookie-removed"]);
  const { headers } = await applyPlan(preparation);
  expect(headers.some(([name]) => name === "Cookie")).toBe(false);
});

const attackers: readonly HeaderField[] = [
  ["Cookie", "sid=attacker"],
  ["cookie", "session=attacker"],
  ["Cookie2", "sid=1"],
  ["Cookie", "sid=1x"],
  ["Cookie", "sid=1,session=attacker"],
  ["Cookie", "x=sid=1"],
  ["Set-Cookie", "sid=1"],
];
const serverSet = [["Set-Cookie", "sid=1"]] as const;

test.each(attackers)(
  "an attacker's own session is no cookie of the server's: %s: %s [row 16]",
  (name, value) => {
    const isIn = ({ request }: ReturnType<typeof ask>): boolean =>
      request.headers.some((field) => field[1] === value);
    let isPassed = false;
    try {
      isPassed = isIn(ask(serverSet, [name, value]));
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
    }
    expect(isPassed).toBe(false);
    const open = makeRequest([[name, value]], { rule: makeRule({ clientCredentials: "pass" }) });
    expect(isIn(createAuthoriser([])(open))).toBe(true);
    const test = `cookies that no server set: ${name}: ${value}`;
    recordScore({ row: 16, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  },
);

test("an attacker's own session is refused as a credential of the client's", () => {
  const refusal = refusalOf(() => ask(serverSet, ["Cookie", "sid=attacker"]));
  expect(refusal).toMatchObject({ status: 403, reason: "foreign-credential" });
});
