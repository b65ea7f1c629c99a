import { createHash } from "node:crypto";
import type { EgressPolicy, Rule } from "../policy.ts";

/**
 * SHA-256, hex, of the policy's canonical JSON. Order and origin of the rules make no difference: the hash names what a
 * session may do, not where that was written.
 */
export function hashPolicy(policy: EgressPolicy): string {
  const rules = [...new Set(policy.rules.map(toCanonicalJson))].toSorted();
  // Left out where there are none: a policy without repositories keeps its hash
  const entries = (policy.entries ?? []).map(({ kind, items }): [string, string] => {
    const texts = items.map((item) => JSON.stringify(kind.toCanonical(item)));
    return [kind.key, `[${[...new Set(texts)].toSorted().join(",")}]`];
  });
  const { durationMs, requests, requestsPerMinute, uploadBytes } = policy.limits;
  const limits = JSON.stringify({ durationMs, requests, requestsPerMinute, uploadBytes });
  const parts = [...entries, ["limits", limits], ["rules", `[${rules.join(",")}]`]]
    .map(([key, text]) => `"${key}":${text}`)
    .toSorted();
  return createHash("sha256")
    .update(`{${parts.join(",")}}`)
    .digest("hex");
}

function toCanonicalJson(rule: Rule): string {
  const { clientCredentials, effect, host, methods, path, port, scheme, websocket } = rule;
  return JSON.stringify({
    clientCredentials,
    effect,
    host: { host: host.host, kind: host.kind },
    methods: methods === "any" ? methods : methods.toSorted(),
    path: path === "any" ? path : path.segments.join("/"),
    port,
    scheme,
    websocket,
  });
}
