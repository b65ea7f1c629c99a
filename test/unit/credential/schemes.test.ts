import { describe, expect, test } from "vitest";
import {
  type CredentialScheme,
  kindOf,
  parseScheme,
  proposeFlags,
  schemeFlags,
  toScheme,
} from "../../../src/credential/schemes.ts";

const signed = {
  type: "hmac",
  string: "{method}\n{path}",
  fields: [{ name: "X-Signature", value: "{signature}" }],
  hash: "sha256",
  encoding: "hex",
  date: "http",
  key: "text",
} as const;

const schemes: readonly CredentialScheme[] = [
  { type: "bearer" },
  { type: "basic", username: "me" },
  { type: "header", header: "X-Api-Key" },
  { type: "header", header: "Authorization", prefix: "Token " },
  { type: "query", parameter: "key" },
  signed,
  { ...signed, keyId: "k" },
];

test.each(schemes)("a vault gives back the scheme that it was given: %j", (scheme) => {
  expect(parseScheme(JSON.parse(JSON.stringify(scheme)))).toEqual(scheme);
  expect(kindOf(scheme).findFault(scheme)).toBeUndefined();
});

test.each([
  undefined,
  null,
  "bearer",
  { type: "none" },
  { type: "constructor" },
  { type: "basic" },
  { type: "header", header: 1 },
  { type: "header", header: "X", prefix: 1 },
  { type: "query" },
  { ...signed, hash: "md5" },
  { ...signed, date: "toString" },
  { ...signed, fields: [{ name: "X" }] },
  { ...signed, keyId: 7 },
])("what is no scheme isn't read as one: %j", (value) => {
  expect(parseScheme(value)).toBeUndefined();
});

describe("flags of the command line", () => {
  test.each<[Readonly<Record<string, unknown>>, CredentialScheme]>([
    [{}, { type: "bearer" }],
    [{ bearer: true }, { type: "bearer" }],
    [{ basic: "me" }, { type: "basic", username: "me" }],
    [{ header: "Authorization: Token" }, schemes[3]!],
    [{ query: "key" }, { type: "query", parameter: "key" }],
    [{ hmac: "X-Signature", hmacString: "{method}\\n{path}" }, signed],
  ])("%j ask for a scheme", (flags, scheme) => {
    expect(toScheme(flags)).toEqual(scheme);
  });

  test.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ basic: "a:b" }, /--basic user name/],
    [{ header: "Host" }, /not a header for a credential/],
    [{ query: "a&b" }, /not a parameter name/],
    [{ basic: "me", query: "key" }, /exclude each other/],
    [{ hmacHash: "sha512" }, /need --hmac/],
    [{ hmac: "Content-Length" }, /not one for a credential/],
    [{ hmac: "X-S", hmacHash: "md5" }, /cannot use --hmac-hash "md5"/],
    [{ hmac: "X-S", hmacString: "{secret}" }, /not known/],
    [{ hmac: "X-S", hmacString: "{method" }, /not known/],
    [{ hmac: "X-S", hmacString: "fixed" }, /nothing of the request/],
    [{ hmac: "X-S", hmacString: "{path}{signature}" }, /nothing of the request/],
    [{ hmac: "X-S: none", hmacString: "{path}" }, /must be in one header/],
    [{ hmac: "X-S", hmacField: ["x-s: {date}"] }, /names a header twice/],
    [{ hmac: "X-S", hmacField: ["X-Date"] }, /no value that can be sent/],
    [{ hmac: "X-S: {key-id} {signature}" }, /key id is missing/],
    [{ hmac: "X-S", hmacString: `{path}${"x".repeat(1024)}` }, /longer than 1024 characters/],
  ])("%j are refused", (flags, message) => {
    expect(() => toScheme(flags)).toThrow(message);
  });

  test("each flag is one scheme's", () => {
    const names = schemeFlags.map(({ flag }) => flag.split(" ")[0]);
    expect(new Set(names).size).toBe(names.length);
  });
});

test.each([
  ["header", "Authorization", ""],
  ["header", "X-Api-Key", " --header X-Api-Key"],
  ["parameter", "key", " --query key"],
] as const)(
  "a credential that a client has in the %s %s is stored with '%s'",
  (kind, name, flags) => {
    expect(proposeFlags({ kind, name, value: "x" })).toBe(flags);
  },
);
