import type { BoundCredential } from "./bound-hosts.ts";
import type { RequestPlace } from "./scheme.ts";
import { detectBasic } from "./schemes/basic.ts";
import { detectBearer } from "./schemes/bearer.ts";
import { type CredentialScheme, kindOf } from "./schemes.ts";
import type { SessionCredential } from "./session-credential.ts";

/**
 * Headers in which a client may offer a placeholder of this host whatever the binding's own slot is: clients of one
 * vendor differ (GitLab's take `Private-Token` or Bearer; Claude Code's apiKeyHelper sends `X-Api-Key` and Bearer at
 * once). What is sent upstream is the binding's own slot, once.
 */
const interchangeableHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "x-api-key",
  "api-key",
  "private-token",
  "job-token",
]);

/**
 * The credential whose placeholder this header field offers, and nothing else beside it.
 * `name` is in lower case with its underscores: `x_api_key` is no slot.
 * @param bound the bindings that cover the request
 */
export function offeredInHeader(
  { name, value }: { readonly name: string; readonly value: string },
  bound: readonly BoundCredential[],
): SessionCredential | undefined {
  const tokens = interchangeableHeaders.has(name) ? tokensOf(name, value) : [];
  return bound.find(
    ({ credential: { placeholder }, binding: { scheme } }) =>
      tokens.includes(placeholder) ||
      isOffered({ kind: "header", name, value }, scheme, placeholder),
  )?.credential;
}

/** The credential whose placeholder is the value of the query parameter that its binding uses. */
export function offeredInQuery(
  { name, value }: { readonly name: string; readonly value: string },
  bound: readonly BoundCredential[],
): SessionCredential | undefined {
  return bound.find(({ credential: { placeholder }, binding: { scheme } }) =>
    isOffered({ kind: "parameter", name, value }, scheme, placeholder),
  )?.credential;
}

function isOffered(place: RequestPlace, scheme: CredentialScheme, placeholder: string): boolean {
  return kindOf(scheme).detect?.(scheme, place) === placeholder;
}

function tokensOf(name: string, value: string): readonly string[] {
  if (name !== "authorization") return [value];
  const basic = detectBasic(value);
  if (basic !== undefined) return [basic.username, basic.password];
  return [detectBearer(value) ?? value];
}
