import { isIP } from "node:net";
import { classifyAddress, isOfTheUser } from "../base/address-class.ts";
import type { RequestDecisionEvent } from "./audit-event.ts";

/** A rule that would allow what was refused. */
export interface SuggestedRule {
  readonly flag: "--allow" | "--git";
  /** The rule without its path: `GET https://api.example.com`, a repository's URL, or a host alone for a refused tunnel */
  readonly prefix: string;
  /** Undefined where the prefix says it all */
  readonly path: string | undefined;
  /** What `--connect-to` needs beside it, for an address that isn't public */
  readonly connectTo?: string;
}

/** What is known of a refused request. */
export type RefusedRequest = Pick<
  RequestDecisionEvent,
  "reason" | "scheme" | "host" | "port" | "method" | "path" | "websocket"
>;

/** Reasons that a rule would change; `denied-by-rule` isn't one, because a prohibition beats every rule. */
const remediable: readonly string[] = [
  "host-not-allowed",
  "port-not-allowed",
  "scheme-not-allowed",
  "method-not-allowed",
  "path-not-allowed",
  "websocket-not-allowed",
];
// Host, method and path were chosen in the sandbox, and the rule is for a shell of the host: what isn't plainly one
// of these is left out, or becomes `/**`
const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const safeHost = new RegExp(`^(?:${label}(?:\\.${label})*|[0-9a-f:]{2,39})$`);
const safeMethod = /^[A-Z]{1,20}$/;
const maxPathLength = 200;
// No empty or dot segment, and not very many: no rule has one
const safePath = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~@-]+){0,20}\/?$/;

// What git asks of a repository by smart HTTP: one entry allows all that reading it needs
const gitPath =
  /^((?:\/[A-Za-z0-9._~-]{1,100}){2,8}?)(?:\.git)?\/(?:info\/refs|git-upload-pack|git-receive-pack)$/;

/** The rule for `--allow` or `--git`, or undefined when none would help or none can be written safely. */
export function toSuggestedRule(request: RefusedRequest): SuggestedRule | undefined {
  const { reason = "", host, port, method } = request;
  if (!remediable.includes(reason)) return undefined;
  if (!safeHost.test(host) || !safeMethod.test(method) || port === 0) return undefined;
  const mapping = findMapping(host, port);
  if (mapping === undefined) return undefined;
  // A tunnel was refused before there was a request in it
  const isTunnel = method === "CONNECT" || method === "TLS";
  const scheme = request.scheme === "http" && !isTunnel ? "http" : "https";
  const named = host.includes(":") ? `[${host}]` : host;
  const authority = port === (scheme === "https" ? 443 : 80) ? named : `${named}:${port}`;
  const flag = "--allow";
  if (isTunnel) return { flag, prefix: authority, path: undefined, ...mapping };
  const isWebSocket = request.websocket === true || reason === "websocket-not-allowed";
  const written = isWebSocket ? scheme.replace("http", "ws") : scheme;
  const repository = gitPath.exec(request.path)?.[1];
  if (repository !== undefined && safePath.test(repository)) {
    return {
      flag: "--git",
      prefix: `${scheme}://${authority}${repository}`,
      path: undefined,
      ...mapping,
    };
  }
  const isSafe = request.path.length <= maxPathLength && safePath.test(request.path);
  const path = isSafe && request.path !== "" ? request.path : "/**";
  return { flag, prefix: `${method} ${written}://${authority}`, path, ...mapping };
}

/** The flags as a user types them in a shell. */
export function toFlags({
  flag,
  rule,
  connectTo,
}: {
  readonly flag: SuggestedRule["flag"];
  readonly rule: string;
  readonly connectTo?: string;
}): string {
  return `${flag} '${rule}'${connectTo === undefined ? "" : ` --connect-to ${connectTo}`}`;
}

/**
 * What a rule needs beside it to reach the host; undefined where nothing does. A name without a dot is an alias or the
 * sandbox's own: no rule makes it resolve.
 */
function findMapping(host: string, port: number): Pick<SuggestedRule, "connectTo"> | undefined {
  if (isIP(host) === 0) return host.includes(".") ? {} : undefined;
  const found = classifyAddress(host);
  if (found === "public") return {};
  if (!isOfTheUser(found)) return undefined;
  const end = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { connectTo: `${end}:${end}` };
}
