import { randomBytes } from "node:crypto";
import type { Rule } from "../../src/policy/policy.ts";
import type {
  AuthorisationRequest,
  Authoriser,
  Preparation,
} from "../../src/proxy/decide/authorise.ts";
import { createPlaceholder } from "../../src/credential/placeholder.ts";
import type { HeaderField } from "../../src/http/header-fields.ts";
import { Refusal } from "../../src/http/refusal.ts";
import type { CredentialScheme } from "../../src/credential/schemes.ts";
import type { SecretProvider } from "../../src/credential/secret-provider.ts";
import type { SessionCredential } from "../../src/credential/session-credential.ts";
import type { AuthorisedRequest } from "../../src/credential/scheme.ts";
import { createPlaceholderSearch } from "../../src/credential/placeholder-search.ts";
import { revealOn } from "../../src/proxy/egress/reveal.ts";
import { SecretEchoes } from "../../src/proxy/egress/secret-echo.ts";
import { Secret } from "../../src/base/redact.ts";

/** A credential with a random secret. */
export function makeCredential(
  scheme: CredentialScheme,
  binding: { host?: string; port?: number; pathPrefix?: string; repository?: string } = {},
  name = "deploy-key",
): SessionCredential & { readonly secret: string } {
  const secret = `real-${randomBytes(20).toString("hex")}`;
  return {
    name,
    vault: "default",
    secret,
    bindings: [
      {
        host: binding.host ?? "api.example.com",
        port: binding.port ?? 443,
        pathPrefix: binding.pathPrefix ?? "/",
        scheme,
        ...(binding.repository === undefined ? {} : { repository: binding.repository }),
      },
    ],
    placeholder: createPlaceholder({ prefix: "tok-", length: 40, alphabet: "alphanumeric" }),
    provider: provide(secret),
  };
}

export function makeRule(overrides: Partial<Rule> = {}): Rule {
  return {
    effect: "allow",
    scheme: "https",
    host: { kind: "exact", host: "api.example.com" },
    port: 443,
    methods: "any",
    path: "any",
    websocket: false,
    clientCredentials: "refuse",
    source: { kind: "flag", label: "--allow" },
    ...overrides,
  };
}

/** A request to https://api.example.com/v1/things unless said otherwise. */
export function makeRequest(
  headers: readonly HeaderField[] = [],
  overrides: Partial<AuthorisationRequest> = {},
): AuthorisationRequest {
  return {
    scheme: "https",
    host: "api.example.com",
    port: 443,
    path: "/v1/things",
    rawTarget: "/v1/things",
    headers: [["Host", "api.example.com"], ["Accept", "*/*"], ...headers],
    rule: makeRule(),
    ...overrides,
  };
}

/** A provider that always gives the same. */
export function provide(value: string): SecretProvider {
  return {
    get: () => Promise.resolve({ secret: new Secret("test", value) }),
    rejected: () => undefined,
  };
}

/** A provider that gives none. */
export function failing(error: Error): SecretProvider {
  return { get: () => Promise.reject(error), rejected: () => undefined };
}

/** What goes upstream, with the credentials' own secrets. */
export async function authoriseAndApply(
  authorise: Authoriser,
  request: AuthorisationRequest,
): Promise<AuthorisedRequest> {
  return await applyPlan(authorise(request));
}

/** @param secret instead of the credential's own */
export async function applyPlan(
  preparation: Preparation,
  secret?: string,
): Promise<AuthorisedRequest> {
  const plan = preparation.plan.map(({ credential, binding }) => ({
    binding,
    credential: secret === undefined ? credential : { ...credential, provider: provide(secret) },
  }));
  const { headers, target } = await revealOn(
    { echoes: new SecretEchoes(), findPlaceholder: createPlaceholderSearch([]) },
    { ...preparation, plan },
    { method: "GET", host: "api.example.com" },
  );
  return { headers, target };
}

/** The refusal of a request; fails when there is none. */
export function refusalOf(run: () => unknown): Refusal {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("the request was not refused");
}

export function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
