import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toAdd, toRemove, toRotate } from "../../../src/vault/change-credentials.ts";
import { checkSecretValue, maxCredentials } from "../../../src/vault/stored-credential.ts";
import { decodeContent, encodeContent, toSorted } from "../../../src/vault/vault-content.ts";
import { makeCredential, makeEntry } from "../../support/temp-vaults.ts";

const now = new Date("2026-11-21T11:00:00.000Z");

test("decoding what was encoded gives the same vault, whatever the secrets hold", () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,62}$/);
  const secret = fc.string({ minLength: 1, unit: "grapheme" });
  const entries = fc.dictionary(name, secret, { maxKeys: 8 });
  fc.assert(
    fc.property(entries, fc.nat(), (secrets, counter) => {
      const content = {
        counter,
        entries: Object.entries(secrets).map(([key, value]) => makeEntry(key, value)),
      };
      const decoded = decodeContent("v", encodeContent("v", content));
      expect(decoded.entries.map((entry) => entry.secret?.reveal())).toEqual(
        content.entries.map((entry) => entry.secret?.reveal()),
      );
      expect(decoded.counter).toBe(counter);
      expect(decoded.entries.map((entry) => entry.credential)).toEqual(
        content.entries.map((entry) => entry.credential),
      );
    }),
  );
});

function boundTo(repository: unknown) {
  const place = { host: "git.example.com", port: 443, pathPrefix: "/" };
  return { ...place, scheme: { type: "bearer" }, repository };
}

test.each([
  "acme/widgets",
  "acme/*",
  "group/sub/widgets",
  "org/My project/_git/widgets",
  "a.b/c.d",
])("a credential for the repository %s is kept as such", (repository) => {
  const bindings = [boundTo(repository)] as ReturnType<typeof makeCredential>["bindings"];
  const content = { counter: 1, entries: [makeEntry("api", "s", { bindings })] };
  const [entry] = decodeContent("v", encodeContent("v", content)).entries;
  expect(entry?.credential).toMatchObject({ bindings: [{ repository }] });
});

describe("content that isn't understood wholly is refused, and the error quotes none of it", () => {
  const good = JSON.parse(
    encodeContent("v", { counter: 1, entries: [makeEntry("api", "the-secret")] }),
  ) as { credentials: Record<string, unknown>[] } & Record<string, unknown>;
  const [credential = {}] = good.credentials;
  const changed = (change: Record<string, unknown>): unknown => ({
    ...good,
    credentials: [{ ...credential, ...change }],
  });
  const broken: readonly unknown[] = [
    null,
    [],
    { ...good, format: 2 },
    { ...good, vault: "w" },
    { ...good, counter: -1 },
    { ...good, counter: 1.5 },
    { ...good, credentials: {} },
    { ...good, credentials: [credential, credential] },
    changed({ name: "Not A Name" }),
    changed({ secret: "" }),
    changed({ secret: 7 }),
    changed({ source: { type: "env", variable: "A" } }),
    changed({ source: { type: "shell" } }),
    changed({ bindings: [] }),
    changed({ bindings: [{ host: "a", port: 0, pathPrefix: "/", scheme: { type: "bearer" } }] }),
    changed({ bindings: [{ host: "a", port: 443, pathPrefix: "/", scheme: { type: "none" } }] }),
    changed({ bindings: [boundTo("acme")] }),
    changed({ bindings: [boundTo("*/widgets")] }),
    changed({ bindings: [boundTo("acme/../x")] }),
    changed({ bindings: [boundTo("../x")] }),
    changed({ bindings: [boundTo("acme/w*")] }),
    changed({ bindings: [boundTo("https://github.com/acme/widgets")] }),
    changed({ bindings: [boundTo(7)] }),
    changed({ placeholder: { prefix: "", length: 0, alphabet: "hex" } }),
    changed({ unknown: true }),
  ];
  const texts = [...broken.map((plain) => JSON.stringify(plain)), '{"the-secret', "\u0000"];

  test.each(texts)("content %#", (text) => {
    const read = (): unknown => decodeContent("v", text);
    expect(read).toThrow(expect.objectContaining({ code: "VBX_VAULT_DAMAGED" }));
    expect(read).not.toThrow(/the-secret/);
  });
});

test("adding, rotating and removing change only the credential they name", () => {
  const entries = [makeEntry("a", "secret-a"), makeEntry("b", "secret-b")];
  const rotated = toRotate("v", "b", "secret-new", now)(entries);
  expect(rotated.map((entry) => entry.secret?.reveal())).toEqual(["secret-a", "secret-new"]);
  expect(rotated[1]?.credential.updatedAt).toBe(now.toISOString());
  expect(toRemove("v", "a")(entries)).toEqual([entries[1]]);
  const again = makeEntry("a", "other");
  const code = (value: string) => expect.objectContaining({ code: value });
  expect(() => toAdd([again], { vault: "default", replace: false })(entries)).toThrow(
    code("VBX_CREDENTIAL_EXISTS"),
  );
  expect(toAdd([again], { vault: "default", replace: true })(entries)).toEqual([entries[1], again]);
  expect(() => toRemove("v", "c")(entries)).toThrow(code("VBX_CREDENTIAL_UNKNOWN"));
  const fromEnv = { credential: makeCredential("e", { source: { type: "env", variable: "E" } }) };
  expect(() => toRotate("v", "e", "x", now)([fromEnv])).toThrow(code("VBX_USAGE"));
});

test("a vault holds no more credentials than its limit", () => {
  const many = Array.from({ length: maxCredentials + 1 }, (_, index) =>
    makeEntry(`c${index}`, "s"),
  );
  expect(() => toSorted(many)).toThrow(/65 credentials/);
  expect(toSorted(many.slice(1))).toHaveLength(maxCredentials);
});

const unusable = {
  "of nothing": "",
  "with a line break": "a\nb",
  "with a carriage return": "a\rb",
  "with a NUL": "a\0b",
  "with a tab": "a\tb",
  "with an escape": "a\u001bb",
  "with a delete": "a\u007fb",
  "with a control of Unicode": "a\u0085b",
  "of characters that no header has": "é漢🙂",
  "with half a character": "\ud800",
  "with a blank before": " a",
  "with a blank of another kind behind": "a\u00a0",
  "that is too long": "x".repeat(65_537),
};

test.each(Object.entries(unusable))("a secret %s is refused when it is given", (_, value) => {
  expect(() => checkSecretValue("api", value)).toThrow(
    expect.objectContaining({ code: "VBX_CREDENTIAL_INVALID" }),
  );
});

test("a secret that is refused isn't shown", () => {
  expect(() => checkSecretValue("api", "a\nprivate")).not.toThrow(/private/);
});

test.each([
  ["letters and blanks", "é with spaces"],
  ["as much as fits", "x".repeat(65_536)],
  ["signs", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"],
])("a secret that a request carries can be stored: %s (control)", (_, value) => {
  expect(() => checkSecretValue("api", value)).not.toThrow();
});
