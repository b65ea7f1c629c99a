import type { RequestDecisionEvent } from "./audit-event.ts";

/** A rule that would have allowed something that the policy refused, and how often that was asked for. */
export interface Remedy {
  /** Rule text for `--allow`; holds nothing that a shell reads specially within single quotes */
  readonly rule: string;
  readonly count: number;
}

/** Rules of a session's refusals, most asked for first. */
export interface Remedies {
  readonly add: (event: RequestDecisionEvent) => void;
  readonly current: () => readonly Remedy[];
}

/** Reasons that a rule would change; `denied-by-rule` isn't one, because a prohibition beats every rule. */
const remediable: readonly string[] = [
  "host-not-allowed",
  "port-not-allowed",
  "scheme-not-allowed",
  "method-not-allowed",
  "path-not-allowed",
  "websocket-not-allowed",
];
/** Distinct targets that are remembered; a client that tries a million doesn't fill the memory. */
const maxTargets = 1000;

// Host, method and path were chosen in the sandbox, and the rule is for a shell of the host: what isn't plainly one
// of these is left out, or becomes `/**`
const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const safeHost = new RegExp(`^(?:${label}(?:\\.${label})*|[0-9a-f:]{2,39})$`);
const safeMethod = /^[A-Z]{1,20}$/;
const maxPathLength = 200;
// No empty or dot segment, and not very many: no rule has one
const safePath = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~@-]+){0,20}\/?$/;

interface Target {
  /** `GET https://api.example.com`, or a host alone for a refused tunnel */
  readonly prefix: string;
  /** The path all requests had, or undefined when they had several or none */
  path: string | undefined;
  count: number;
}

/** Collects what the human could allow; nothing that was flagged, because that is what an attack looks like. */
export function createRemedies(): Remedies {
  const targets = new Map<string, Target>();
  return {
    add: (event) => {
      const found = toTarget(event);
      if (found === undefined) return;
      const known = targets.get(found.prefix);
      if (known !== undefined) {
        known.count += 1;
        if (known.path !== found.path) known.path = "/**";
      } else if (targets.size < maxTargets) targets.set(found.prefix, found);
    },
    current: () =>
      [...targets.values()]
        .map(({ prefix, path, count }) => ({ rule: `${prefix}${path ?? ""}`, count }))
        .sort((a, b) => b.count - a.count || a.rule.localeCompare(b.rule)),
  };
}

function toTarget(event: RequestDecisionEvent): Target | undefined {
  const { reason = "", host, port, method } = event;
  const isPlain = remediable.includes(reason) && (event.flags ?? []).length === 0;
  if (event.verdict !== "deny" || !isPlain) return undefined;
  if (!safeHost.test(host) || !safeMethod.test(method) || port === 0) return undefined;
  // A tunnel was refused before there was a request in it
  const isTunnel = method === "CONNECT" || method === "TLS";
  const scheme = event.scheme === "http" && !isTunnel ? "http" : "https";
  const named = host.includes(":") ? `[${host}]` : host;
  const authority = port === (scheme === "https" ? 443 : 80) ? named : `${named}:${port}`;
  if (isTunnel) return { prefix: authority, path: undefined, count: 1 };
  const written = reason === "websocket-not-allowed" ? scheme.replace("http", "ws") : scheme;
  const isSafe = event.path.length <= maxPathLength && safePath.test(event.path);
  const path = isSafe && event.path !== "" ? event.path : "/**";
  return { prefix: `${method} ${written}://${authority}`, path, count: 1 };
}

/** How many rules fit the line. */
const shownRules = 3;

/** The command that would allow what was refused most; undefined when no rule would. */
export function remedyLine(remedies: readonly Remedy[]): string | undefined {
  const flags = remedies.slice(0, shownRules).map(({ rule }) => `--allow '${rule}'`);
  return flags.length === 0 ? undefined : `allow: vaultbox run ${flags.join(" ")} …`;
}
