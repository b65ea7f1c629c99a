// Requests that no rule can allow, because what the upstream would do isn't what their request line says.
import type { RequestHead } from "./http1/request-head.ts";
import { Refusal } from "./refusal.ts";
import type { RequestTarget } from "./target.ts";

/** TRACE would echo the injected credential; a CONNECT in a tunnel names no resource. */
const impossibleMethods = new Set(["TRACE", "TRACK", "CONNECT"]);

/**
 * Some servers take method or path from a header instead of the request line; the request line is what was decided
 * about, so that is what must run.
 */
const overrides = new Set([
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-original-url",
  "x-override-url",
  "x-rewrite-url",
]);

/** Names that frame or route a message: with `_` for `-` they're another header here and the same one behind a CGI. */
const framing = new Set(["content-length", "transfer-encoding", "proxy-connection"]);

/** @throws Refusal 400 */
export function refuseImpossible(head: RequestHead, target: RequestTarget): void {
  const { method } = head;
  const namesNothing = target.form === "asterisk" || target.form === "authority";
  if (namesNothing || impossibleMethods.has(method)) {
    throw new Refusal(400, "request-invalid", `a ${method} request is not possible here`);
  }
  for (const [name] of head.headers) {
    const lower = name.toLowerCase();
    const dashed = lower.replaceAll("_", "-");
    if (overrides.has(dashed)) {
      throw new Refusal(400, "request-invalid", `a ${name} header asks for another request`);
    }
    if (dashed !== lower && framing.has(dashed)) {
      throw new Refusal(400, "request-invalid", `a ${name} header can be taken for ${dashed}`);
    }
  }
}
