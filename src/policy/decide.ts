// The rules of decision.
// 1. Default deny: what no allow rule matches is refused; an empty policy refuses everything.
// 2. Deny beats allow, whatever their order and however special the allow rule is.
// 3. An allow rule matches when host, port, scheme, WebSocket, method and path all match, each exactly as written; a path
//    that servers could read in two ways is matched only by "any path".
// 4. A deny rule errs on the side of matching: it covers WebSocket too and reads paths loosely (path-match.ts), and methods
//    without case.
// 5. Among several matching allow rules the grant is their union: one that lets client credentials pass is preferred,
//    then the first. The verdict never depends on the order of rules.
// 6. An entry of another kind (`git:`) opens the tunnel to its hosts and allows no request here: its handlers decide those, and
//    a deny rule beats them as well (`isDeniedByRule`).
// 7. A path that servers read in more than one way (`readings`) is decided as each of them: all must be allowed and none
//    denied.
// 8. What a request does to another path (`others`) is decided as the request that would do the same there; the request is
//    allowed when all of it is.
// 9. A refusal names the step at which the nearest allow rule failed: host → port → scheme → WebSocket → method → path.
import type { PolicyEntry } from "./entry-kind.ts";
import { toComparableHost, toOriginKey } from "./host-pattern.ts";
import type { RuleReason } from "../http/refusal.ts";
import { methodsOfUse, type OtherPath } from "../http/other-path.ts";
import {
  compileAllowPath,
  compileDenyPath,
  toPathView,
  type PathMatcher,
  type PathView,
} from "./path-match.ts";
import type { Decision, EgressPolicy, EgressRequest, Rule } from "./policy.ts";

interface CompiledRule {
  readonly rule: Rule;
  readonly methods: ReadonlySet<string> | undefined;
  readonly matchesPath: PathMatcher;
}

interface HostRules {
  readonly allow: CompiledRule[];
  readonly deny: CompiledRule[];
}

/** A policy indexed by host: a decision looks only at the rules of that host and of its parents' wildcards. */
export interface CompiledPolicy {
  readonly kind: "compiled";
  readonly policy: EgressPolicy;
  readonly exact: ReadonlyMap<string, HostRules>;
  /** By the host after `*.` */
  readonly subdomains: ReadonlyMap<string, HostRules>;
  /** The first entry that opens tunnels to an origin */
  readonly tunnels: ReadonlyMap<string, PolicyEntry>;
}

/** Whether a tunnel opens, and which rule or entry opens it. */
export type TunnelDecision = Decision | { readonly verdict: "allow"; readonly entry: PolicyEntry };

/** What is known when a tunnel is opened: at CONNECT, or from the SNI of a transparent connection. */
export interface TunnelAuthority {
  readonly host: string;
  readonly port: number;
}

// How far a rule came before it failed; the highest is the most helpful
const steps = [
  "host-not-allowed",
  "port-not-allowed",
  "scheme-not-allowed",
  "websocket-not-allowed",
  "method-not-allowed",
  "path-not-allowed",
] as const satisfies readonly RuleReason[];
const matched = steps.length;

export function compilePolicy(policy: EgressPolicy): CompiledPolicy {
  const exact = new Map<string, HostRules>();
  const subdomains = new Map<string, HostRules>();
  for (const rule of policy.rules) {
    const index = rule.host.kind === "exact" ? exact : subdomains;
    const host = toComparableHost(rule.host.host);
    const entry = index.get(host) ?? { allow: [], deny: [] };
    index.set(host, entry);
    const compile = rule.effect === "allow" ? compileAllowPath : compileDenyPath;
    entry[rule.effect].push({
      rule,
      methods: rule.methods === "any" ? undefined : new Set(rule.methods),
      matchesPath: compile(rule.path),
    });
  }
  return { kind: "compiled", policy, exact, subdomains, tunnels: indexTunnels(policy) };
}

function indexTunnels({ entries = [] }: EgressPolicy): ReadonlyMap<string, PolicyEntry> {
  const tunnels = new Map<string, PolicyEntry>();
  for (const { kind, items } of entries) {
    for (const item of items) {
      for (const origin of kind.toOrigins(item)) {
        const key = toOriginKey(origin);
        if (!tunnels.has(key)) tunnels.set(key, { kind, item });
      }
    }
  }
  return tunnels;
}

/** Decides one request, with everything that it reads or writes. Give it a compiled policy where it is called often. */
export function decide(policy: EgressPolicy | CompiledPolicy, request: EgressRequest): Decision {
  const compiled = toCompiled(policy);
  const own = decideReadings(compiled, request);
  if (own.verdict === "deny") return own;
  for (const other of request.others ?? []) {
    const denied = refuseOther(compiled, request, other);
    if (denied !== undefined) return denied;
  }
  return own;
}

/** A prohibition of one reading is one of the request; then the first refusal; then the grant that gives the least. */
function decideReadings(compiled: CompiledPolicy, request: EgressRequest): Decision {
  const { path, readings = [] } = request;
  if (readings.length === 0) return decideOne(compiled, request);
  const decisions = [path, ...readings].map((one): Decision => {
    const decision = decideOne(compiled, request, toPathView(one, one === path ? "own" : "other"));
    const isOther = decision.verdict === "deny" && one !== path;
    return isOther ? { ...decision, reading: one } : decision;
  });
  const [own] = decisions;
  const denied = decisions.filter((one) => one.verdict === "deny");
  const decisive =
    denied.find(({ reason }) => reason === "denied-by-rule") ??
    denied[0] ??
    decisions.find(({ rule }) => rule?.clientCredentials === "refuse") ??
    decisions.find(({ rule }) => rule?.clientCredentials === "query") ??
    own;
  if (decisive === undefined) throw new Error("a path has one reading at least");
  return decisive;
}

function decideOne(
  compiled: CompiledPolicy,
  request: EgressRequest,
  path: PathView = toPathView(request.path),
): Decision {
  const groups = findRules(compiled, request.host);
  const denial = findDenial(groups, request, path);
  if (denial !== undefined) return { verdict: "deny", reason: "denied-by-rule", rule: denial };
  let furthest = 0;
  let grant: Rule | undefined;
  for (const { allow } of groups) {
    for (const entry of allow) {
      const step = findFailedStep(entry, request, path);
      if (step > furthest) furthest = step;
      if (step !== matched) continue;
      if (entry.rule.clientCredentials === "pass") return { verdict: "allow", rule: entry.rule };
      if (grant === undefined || entry.rule.clientCredentials === "query") grant = entry.rule;
    }
  }
  if (grant !== undefined) return { verdict: "allow", rule: grant };
  return { verdict: "deny", reason: steps[furthest] ?? "host-not-allowed" };
}

/** Why the request may not do what it does to another path; undefined when it may. */
function refuseOther(
  compiled: CompiledPolicy,
  request: EgressRequest,
  { path, use, needs }: OtherPath,
): Decision | undefined {
  const writes = use === "write" || use === "create";
  const own = { ...request, path, websocket: false };
  const alike = methodsOfUse[use].map((method) => ({ ...own, method }));
  for (const one of writes ? [own, ...alike] : alike) {
    const rule = isDeniedByRule(compiled, one);
    if (rule === undefined) continue;
    const other = { method: one.method, path };
    return { verdict: "deny", reason: "denied-by-rule", rule, other };
  }
  if (needs === "not-denied") return undefined;
  // A rule for COPY is for both its ends
  if (writes && decideOne(compiled, own).verdict === "allow") return undefined;
  for (const one of writes ? alike.slice(0, 1) : alike) {
    const decision = decideOne(compiled, one);
    if (decision.verdict === "deny") return { ...decision, other: { method: one.method, path } };
  }
  return undefined;
}

/** The deny rule that covers a request: it beats whatever a handler would say. */
export function isDeniedByRule(
  policy: EgressPolicy | CompiledPolicy,
  request: EgressRequest,
): Rule | undefined {
  return findDenial(findRules(toCompiled(policy), request.host), request, toPathView(request.path));
}

/**
 * Whether any request at all could be allowed on this authority. A yes is no decision about a request: each one inside
 * the tunnel is decided by itself.
 */
export function decideTunnel(
  policy: EgressPolicy | CompiledPolicy,
  authority: TunnelAuthority,
): TunnelDecision {
  const compiled = toCompiled(policy);
  const groups = findRules(compiled, authority.host);
  const closed = new Map<string, Rule>();
  for (const { deny } of groups) {
    for (const { rule } of deny) {
      const isTotal = rule.methods === "any" && rule.path === "any";
      if (isTotal && rule.port === authority.port) closed.set(rule.scheme, rule);
    }
  }
  let reason: RuleReason = "host-not-allowed";
  let denial: Rule | undefined;
  for (const { allow } of groups) {
    for (const { rule } of allow) {
      if (rule.port !== authority.port) {
        reason = "port-not-allowed";
        continue;
      }
      const denied = closed.get(rule.scheme);
      if (denied === undefined) return { verdict: "allow", rule };
      denial = denied;
    }
  }
  for (const scheme of ["https", "http"] as const) {
    const entry = compiled.tunnels.get(toOriginKey({ scheme, ...authority }));
    if (entry === undefined) continue;
    const denied = closed.get(scheme);
    if (denied === undefined) return { verdict: "allow", entry };
    denial ??= denied;
  }
  if (denial !== undefined) return { verdict: "deny", reason: "denied-by-rule", rule: denial };
  return { verdict: "deny", reason };
}

function toCompiled(policy: EgressPolicy | CompiledPolicy): CompiledPolicy {
  return "kind" in policy ? policy : compilePolicy(policy);
}

/** The exact entry, then the wildcards of every parent: label boundaries only, so `evilexample.com` is no `*.example.com`. */
function findRules(compiled: CompiledPolicy, requestHost: string): readonly HostRules[] {
  const host = toComparableHost(requestHost);
  const found: HostRules[] = [];
  const exact = compiled.exact.get(host);
  if (exact !== undefined) found.push(exact);
  if (compiled.subdomains.size === 0) return found;
  for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
    // A leading dot or an empty label is no name, and so is under no wildcard
    if (dot === 0 || host[dot + 1] === ".") return exact === undefined ? [] : [exact];
    const entry = compiled.subdomains.get(host.slice(dot + 1));
    if (entry !== undefined) found.push(entry);
  }
  return found;
}

function findDenial(
  groups: readonly HostRules[],
  request: EgressRequest,
  path: PathView,
): Rule | undefined {
  for (const { deny } of groups) {
    const hit = deny.find((entry) => isDenied(entry, request, path));
    if (hit !== undefined) return hit.rule;
  }
  return undefined;
}

function isDenied(entry: CompiledRule, request: EgressRequest, path: PathView): boolean {
  const { rule, methods } = entry;
  if (rule.port !== request.port || rule.scheme !== request.scheme) return false;
  // Some servers take `delete` for DELETE
  if (methods !== undefined && !methods.has(request.method.toUpperCase())) return false;
  return entry.matchesPath(path);
}

function findFailedStep(entry: CompiledRule, request: EgressRequest, path: PathView): number {
  const { rule, methods } = entry;
  if (rule.port !== request.port) return 1;
  if (rule.scheme !== request.scheme) return 2;
  if (request.websocket && !rule.websocket) return 3;
  if (methods !== undefined && !methods.has(request.method)) return 4;
  return entry.matchesPath(path) ? matched : 5;
}
