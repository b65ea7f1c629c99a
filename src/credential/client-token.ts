import type { SessionCredential } from "./session-credential.ts";
import { detectBasic } from "./basic.ts";
import { detectBearer } from "./bearer.ts";
import type { BoundCredential } from "./bound-hosts.ts";
import { detectHeader } from "./header.ts";

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
  const match = bound.find(({ credential, binding: { scheme } }) => {
    if (tokens.includes(credential.placeholder)) return true;
    return (
      scheme.type === "header" &&
      scheme.header.toLowerCase() === name &&
      detectHeader(value, scheme.prefix) === credential.placeholder
    );
  });
  return match?.credential;
}

/** The credential whose placeholder is the value of the query parameter that its binding uses. */
export function offeredInQuery(
  parameter: { readonly name: string; readonly value: string },
  bound: readonly BoundCredential[],
): SessionCredential | undefined {
  return bound.find(
    ({ credential, binding: { scheme } }) =>
      scheme.type === "query" &&
      scheme.parameter === parameter.name &&
      credential.placeholder === parameter.value,
  )?.credential;
}

function tokensOf(name: string, value: string): readonly string[] {
  if (name !== "authorization") return [value];
  const basic = detectBasic(value);
  if (basic !== undefined) return [basic.username, basic.password];
  return [detectBearer(value) ?? value];
}
