import { provide } from "../../support/credential-fixtures.ts";
import { describe, expect, test } from "vitest";
import { toNewCredential } from "../../../src/cli/credential/new-credential.ts";
import { parseHostPattern } from "../../../src/policy/host-pattern.ts";
import { listPresets } from "../../../src/presets/presets.ts";
import { attach } from "../../../src/proxy/egress/attach.ts";
import { createBoundHosts } from "../../../src/credential/bound-hosts.ts";
import { createPlaceholder, minimumLength } from "../../../src/credential/placeholder.ts";
import { findCredentialFault, placeholderLengths } from "../../../src/vault/parse-credential.ts";
import type { CredentialBinding } from "../../../src/credential/binding.ts";
import type { StoredCredential } from "../../../src/vault/stored-credential.ts";
import { decodeContent, encodeContent } from "../../../src/vault/vault-content.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { makeCredential, makeEntry } from "../../support/temp-vaults.ts";
import fc from "fast-check";

const [binding] = makeCredential("x").bindings as readonly [CredentialBinding];

function at(changes: Partial<CredentialBinding>): Partial<StoredCredential> {
  return { bindings: [{ ...binding, ...changes }] };
}

function withHeader(header: string, prefix?: string): Partial<StoredCredential> {
  return at({ scheme: { type: "header", header, ...(prefix === undefined ? {} : { prefix }) } });
}

function withPlaceholder(changes: Partial<StoredCredential["placeholder"]>) {
  return { placeholder: { ...makeCredential("x").placeholder, ...changes } };
}

/** What the maker of a file may write in it, each refused by `credential add`. */
const forged: Readonly<Record<string, Partial<StoredCredential>>> = {
  "a host in capitals": at({ host: "API.Example.com" }),
  "a host with a path": at({ host: "a/b" }),
  "a host with a line break": at({ host: "a.example\r\nx" }),
  "every host": at({ host: "*" }),
  "a host that is a number": at({ host: "2130706433" }),
  "a zone of an address": at({ host: "fe80::1%eth0" }),
  "a path with dots": at({ pathPrefix: "/a/../b" }),
  "a path with an empty segment": at({ pathPrefix: "/a//b" }),
  "a path with a line break": at({ pathPrefix: "/a\r\nb" }),
  "a header with a line break": withHeader("X-A: 1\r\nX-Evil"),
  "a header that frames the request": withHeader("Content-Length"),
  "a header that names the host": withHeader("Host"),
  "a cookie": withHeader("Cookie"),
  "a header without a name": withHeader(""),
  "a prefix with a line break": withHeader("X-Key", "a\r\nX-Evil: "),
  "a user name with a colon": at({ scheme: { type: "basic", username: "a:b" } }),
  "a user name with a line break": at({ scheme: { type: "basic", username: "a\nb" } }),
  "a parameter with others behind it": at({ scheme: { type: "query", parameter: "a&b=c" } }),
  "a variable with a value": { env: ["A=B"] },
  "the variable of the proxy": { env: ["HTTPS_PROXY"] },
  "the variable of the search path": { env: ["GOOD", "PATH"] },
  "a placeholder with a line break": withPlaceholder({ prefix: "a\nB=c" }),
  "a suffix with a line break": withPlaceholder({ suffix: "\r\n" }),
  "a placeholder that is too short": withPlaceholder({ length: 3 }),
  "a placeholder that is never made": withPlaceholder({ length: 300_000_000 }),
  "a variable of the host with a value": { source: { type: "env", variable: "A=B" } },
};

test.each(Object.entries(forged))(
  "a file with a credential for %s is refused when it is opened [row 34]",
  (name, changes) => {
    const isStored = changes.source === undefined;
    const entry = isStored
      ? makeEntry("x", "s3cret", changes)
      : { credential: makeCredential("x", changes) };
    const text = encodeContent("v", { counter: 1, entries: [entry] });
    expect(() => decodeContent("v", text)).toThrow(/its credential "x" is not valid: /);
    // Types alone are as they should be
    const score = { attempts: 1, blocked: 1, controlSucceeded: 1 };
    recordScore({ row: 34, test: `forged: ${name}`, ...score });
  },
);

const now = new Date("2026-11-29T10:00:00.000Z");
const presets = listPresets()
  .filter(({ credential, client }) => credential !== undefined && client === undefined)
  .map(({ name }) => name);

test("many presets have a credential", () => {
  expect(presets.length).toBeGreaterThan(10);
});

test.each(presets)("what is stored for the preset %s is what may be opened", async (preset) => {
  const made = await toNewCredential("x", { preset }, now);
  expect(findCredentialFault(made)).toBeUndefined();
});

test.each(["api.example.com", "*.example.com", "203.0.113.7", "[2001:db8::1]", "a_b.c"])(
  "what is stored by the flags of a custom credential is what may be opened: %s",
  async (host) => {
    const made = await toNewCredential("x", { host, path: "/v1/", header: "X-Key" }, now);
    expect(findCredentialFault(made)).toBeUndefined();
    const { bindings } = made;
    const bound = { name: "x", vault: "v", bindings, placeholder: "p", provider: provide("") };
    // A session takes it as it is: an address once stood there with brackets, and no session began
    expect(() => createBoundHosts([bound])).not.toThrow();
  },
);

test("a binding's host is one that a rule may name, and the other way round", () => {
  const part = fc.stringMatching(/^[a-z0-9_*:.-]{0,12}$/);
  const host = fc.array(part, { maxLength: 4 }).map((parts) => parts.join("."));
  const known = fc.constantFrom("::1", "10.0.0.1", "0x7f.1", "a.0x1", "*.a", "*.a.b", "a..b", "a.");
  fc.assert(
    fc.property(fc.oneof(host, known), (text) => {
      const fault = findCredentialFault(makeCredential("x", at({ host: text })));
      expect({ text, isHost: fault === undefined }).toEqual({ text, isHost: isRuleHost(text) });
    }),
  );
});

function isRuleHost(text: string): boolean {
  try {
    const { kind, host } = parseHostPattern(text.includes(":") ? `[${text}]` : text);
    return (kind === "subdomains" ? `*.${host}` : host) === text;
  } catch {
    // Whatever the rule's parser doesn't take
    return false;
  }
}

test.each(["alphanumeric", "base64url", "hex", "digits"] as const)(
  "every length that a placeholder may have, one can be made of: %j",
  (alphabet) => {
    const { least } = placeholderLengths[alphabet];
    expect(least).toBe(minimumLength(alphabet));
    expect(createPlaceholder({ prefix: "", length: least, alphabet })).toHaveLength(least);
  },
);

describe("a secret", () => {
  const request = { headers: [], target: "/", method: "GET", host: "a.example" };

  test.each(["X-A: 1\r\nX-Evil", "", "X A", "Content-Length", "Host", "connection"])(
    "is put on no header that isn't one, or that the proxy writes itself: %j",
    (header) => {
      expect(() => attach(request, { type: "header", header }, "s3cret")).toThrow(
        "its header is not one that a request can carry",
      );
    },
  );

  test("is put on its header (control)", async () => {
    const sent = await attach(request, { type: "header", header: "X-Key" }, "s3cret");
    expect(sent.headers).toEqual([["X-Key", "s3cret"]]);
  });
});
