import { isForHost } from "../../credential/bound-hosts.ts";
import type { HttpRequest } from "../../http/http-request.ts";
import type { ProxyContext } from "../proxy-context.ts";

/**
 * A placeholder on its way to a host that isn't even allowed is worth a look all the same (invariant 6), unless its
 * credential is for that host.
 * @param host canonical
 * @returns flags of the audit
 */
export function strayPlaceholder(
  { findPlaceholder }: Pick<ProxyContext, "findPlaceholder">,
  head: HttpRequest,
  host: string,
): readonly string[] {
  const text = [head.target, ...head.headers.map(([, value]) => value)].join("\n");
  const stray = findPlaceholder(text, (credential) => !isForHost(credential, host));
  return stray === undefined ? [] : ["placeholder-at-wrong-host"];
}
