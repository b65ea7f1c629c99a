import type { RequestHead } from "./http1/request-head.ts";
import type { ProxyContext } from "./proxy-context.ts";

/**
 * A placeholder on its way to a host that isn't even allowed is worth a look all the same (invariant 6).
 * @returns flags of the audit
 */
export function strayPlaceholder(
  { findPlaceholder }: Pick<ProxyContext, "findPlaceholder">,
  head: RequestHead,
): readonly string[] {
  const text = [head.target, ...head.headers.map(([, value]) => value)].join("\n");
  return findPlaceholder(text) === undefined ? [] : ["placeholder-at-wrong-host"];
}
