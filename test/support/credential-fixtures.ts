import { randomBytes } from "node:crypto";
import type { Rule } from "../../src/policy/policy.ts";
import type {
  AuthorisationRequest,
  Authoriser,
  Preparation,
} from "../../src/proxy/decide/authorise.ts";
import { createPlaceholder } from "../../src/credential/placeholder.ts";
import type { HeaderField } from "../../src/http/http1/header.ts";
import { Refusal } from "../../src/http/refusal.ts";
import type {
  CredentialScheme,
  SessionCredential,
} from "../../src/credential/session-credential.ts";

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
    reveal: () => Promise.resolve(secret),
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

/** What goes upstream, with the credential's own secret. */
export async function authoriseAndApply(
  authorise: Authoriser,
  request: AuthorisationRequest,
): Promise<ReturnType<Preparation["apply"]>> {
  const preparation = authorise(request);
  return preparation.apply(await preparation.credential?.reveal());
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
