import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { encodedForms, Secret } from "../../../src/base/redact.ts";
import {
  hasRandomRun,
  refuseDisclosed,
  toDisclosures,
  type Disclosure,
} from "../../../src/session/disclosed-secrets.ts";
import type { OpenVault } from "../../../src/vault/open-vaults.ts";
import type { SecretSource, StoredCredential } from "../../../src/vault/stored-credential.ts";
import type { RunRequest } from "../../../src/session/plan/run-request.ts";
import { recordScore } from "../../support/scoreboard.ts";

const sources: Readonly<Record<string, SecretSource>> = {
  stored: { type: "stored" },
  command: { type: "command", file: "token", args: [] },
  env: { type: "env", variable: "TOKEN" },
};

function createVault(
  values: Readonly<Record<string, string>>,
  kind: OpenVault["kind"] = "age",
): {
  readonly vault: OpenVault;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const credentials = Object.keys(values).map(
    (name) => ({ name, source: sources[name] }) as unknown as StoredCredential,
  );
  const reveal = (name: string): Promise<Secret> => {
    asked.push(name);
    return Promise.resolve(new Secret(name, values[name] ?? ""));
  };
  return {
    vault: { name: "v", kind, credentials, signingKeys: [], reveal, reject: () => undefined },
    asked,
  };
}

const toValue = (text: string): Disclosure => ({ place: "--env", text, kind: "value" });
const toTyped = (text: string): Disclosure => ({ place: "--env", text, kind: "typed" });
const toNamed = (text: string): Disclosure => ({ place: "the path", text, kind: "named" });

/** The ways in which a secret gets into a value without being it. */
const encodings: Readonly<Record<string, (secret: string) => string>> = {
  "as it is": (secret) => secret,
  "behind Bearer": (secret) => `Bearer ${secret}`,
  "behind Basic": (secret) => `Basic ${toBasic(secret)}`,
  "in base64url": (secret) => Buffer.from(secret).toString("base64url"),
  "in base64 with a line break": (secret) =>
    `${toBasic(secret).slice(0, 20)}\n ${toBasic(secret).slice(20)}`,
  "in hex": (secret) => Buffer.from(secret).toString("hex"),
  "in hex of both cases": (secret) =>
    Array.from(Buffer.from(secret).toString("hex"))
      .map((letter, at) => (at % 2 === 0 ? letter.toUpperCase() : letter))
      .join(""),
  "percent-encoded": (secret) => encodeURIComponent(secret),
  "percent-encoded twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "percent-encoded everywhere": (secret) => escapeLetters(secret, "%"),
  "in JSON's escapes": (secret) => escapeLetters(secret, "\\u00"),
  "in hex escapes": (secret) => escapeLetters(secret, "\\x"),
  "in JSON": (secret) => JSON.stringify({ token: secret }),
  "in a URL": (secret) => `https://user:${encodeURIComponent(secret)}@example.com/`,
};

function toBasic(secret: string): string {
  return Buffer.from(`user:${secret}`).toString("base64");
}

function escapeLetters(secret: string, prefix: string): string {
  return Array.from(secret)
    .map((letter) => `${prefix}${letter.charCodeAt(0).toString(16)}`)
    .join("");
}

const secret = `s3cr/t+${randomBytes(18).toString("hex")}"q`;
const ways = Object.keys(sources).flatMap((source) =>
  Object.keys(encodings).flatMap((encoding) =>
    Object.entries({ typed: toTyped, named: toNamed }).map(([kind, to]) => ({
      source,
      encoding,
      kind,
      to,
    })),
  ),
);

describe("a secret of any source is found in every encoding, and the refusal doesn't show it", () => {
  test.each(ways)("$source, $encoding, in a $kind text", async ({ source, encoding, kind, to }) => {
    const text = encodings[encoding]?.(secret) ?? "";
    const { vault } = createVault({ [source]: secret });
    const refused = refuseDisclosed([to(text)], [vault]);
    await expect(refused, text).rejects.toMatchObject({ code: "VBX_USAGE" });
    const message = await refused.catch((error: unknown) => String(error));
    expect(message).toContain(`the secret of "${source}"`);
    for (const form of encodedForms(secret)) expect(message).not.toContain(form);
    recordScore({
      row: 55,
      test: `secrets in what a sandbox is configured with: ${source}, ${encoding}, ${kind}`,
      attempts: 1,
      blocked: 1,
      // What compares with stored secrets as they are lets the rest through
      controlSucceeded: source === "stored" && text.includes(secret) ? 0 : 1,
    });
  });
});

const request = {
  command: ["true"],
  mounts: [],
  env: {},
  workspace: "/w",
  image: { packages: [], npm: [] },
  home: undefined,
  plan: {
    policy: { rules: [], limits: {} },
    registries: [],
    projectFile: undefined,
    git: { author: undefined },
  },
} as unknown as RunRequest;
const token = `tok-${randomBytes(16).toString("hex")}`;
const registry = { origin: "https://r.example.com", pathPrefix: `/${token}`, extraOrigins: [] };
const withAuthor = (author: object): object => ({ ...request.plan, git: { author } });
const withEnv = (env: object): object => ({ ...request.plan, projectFile: { project: { env } } });
const places: readonly (readonly [string, Partial<Record<keyof RunRequest, unknown>>])[] = [
  ["argument 1", { command: ["sh", `x${token}`] }],
  ["--mount", { mounts: [`/home/me/${token}:/x`] }],
  ["the workspace's path", { workspace: `/home/me/${token}` }],
  [
    "the name of the image",
    { image: { from: `registry.example.com/${token}:1`, packages: [], npm: [] } },
  ],
  ["the name of the home", { home: token }],
  ["git's user.name", { plan: withAuthor({ name: token, email: "a@b" }) }],
  ["git's user.email", { plan: withAuthor({ name: "a", email: `${token}@b` }) }],
  ["of the project file", { plan: withEnv({ X: token }) }],
  ["the name of a variable", { plan: withEnv({ [token]: "" }) }],
  ["registry", { plan: { ...request.plan, registries: [{ client: "npm", registry }] } }],
];

test.each(places)("a secret in %s is found before the start", async (place, change) => {
  const { vault } = createVault({ command: token });
  const disclosures = toDisclosures({ ...request, ...change } as RunRequest);
  await expect(refuseDisclosed(disclosures, [vault])).rejects.toThrow(place);
  await refuseDisclosed(toDisclosures(request), [vault]);
});

/** As people choose them: words, letters only, digits only, signs, letters of other scripts. */
const words = [
  "correcthorse",
  "hunter-pass",
  "Passwort",
  "p@ss-word!",
  "secretsecretsec",
  "82739182736",
  "zwölfzeichen",
  "abc def ghi",
  "aaaaaaaaaaaaaaa",
  "Tr0ub4d",
  "secret",
  "123456",
];
const stores = [
  { source: "stored", kind: "age", as: [toValue, toTyped, toNamed] },
  { source: "env", kind: "keychain", as: [toValue, toTyped, toNamed] },
  { source: "stored", kind: "keychain", as: [toValue] },
] as const;

describe.each(words)("a secret that looks like a word, %s", (secret) => {
  const texts = [secret, `--password=${secret}`, `/home/me/${secret}/x`, `a ${secret} b`];

  test.each(texts)("is found in %s", async (text) => {
    const cases = stores.flatMap(({ as, ...store }) =>
      as.map((to) => ({ ...store, place: to(text) })),
    );
    for (const { source, kind, place } of cases) {
      const { vault } = createVault({ [source]: secret }, kind);
      await expect(refuseDisclosed([place], [vault]), place.kind).rejects.toThrow(source);
    }
    recordScore({
      row: 55,
      test: `secrets that look like words: ${text}`,
      attempts: cases.length,
      blocked: cases.length,
      // What asks only for what looks like a token lets it through
      controlSucceeded: hasRandomRun(text) ? 0 : cases.length,
    });
  });
});

test("no keychain is asked for texts that can't hold a secret, and no command for one without a token in it", async () => {
  const values = { stored: "a-stored-one-1", command: "a-command-one-1", env: "an-env-one-1" };
  const plain = createVault(values, "keychain");
  const ordinary = ["claude", "npm", "test:unit", "--port=8080"];
  const paths = ["/home/me/projects/acme-widgets-2024", "registry.example.com/team/image:1.2.3"];
  await refuseDisclosed([...ordinary.map(toTyped), ...paths.map(toNamed)], [plain.vault]);
  expect(plain.asked).toEqual(["env"]);
  const prompt = createVault(values, "keychain");
  await refuseDisclosed(
    [toTyped("Fix the 3 failing tests in the parser, and README.md, please")],
    [prompt.vault],
  );
  expect(prompt.asked).toEqual(["stored", "env"]);
  const token = createVault(values);
  await refuseDisclosed([toTyped("0a1b2c3d4e5f6a7b8c9d")], [token.vault]);
  expect(token.asked).toEqual(["stored", "command", "env"]);
});

test("a secret that can't be read now stops no start", async () => {
  const { vault } = createVault({ stored: "x".repeat(20) });
  const broken = { ...vault, reveal: () => Promise.reject(new Error("locked")) };
  await expect(refuseDisclosed([toTyped("0a1b2c3d4e5f6a7b8c9d")], [broken])).resolves.toBe(
    undefined,
  );
});
