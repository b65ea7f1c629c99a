import type { Paths } from "../../base/paths.ts";
import type { IncomingRequest } from "../../http/incoming-request.ts";
import { compilePolicy } from "../../policy/decide.ts";
import { formatRule } from "../../policy/parse-rule.ts";
import type { Decision, EgressPolicy, EgressRequest, RuleSource } from "../../policy/policy.ts";
import { decideRequest, toEgressRequest } from "../../proxy/decide/decide-request.ts";
import { type Sending, strictRule } from "../../proxy/decide/sending.ts";
import { parseAskedRequest, type WantedRequest } from "./asked-request.ts";
import type { HandlerVerdict } from "./explain-handler.ts";
import { explainSending, type SendingTools, toSendingTools } from "./explain-sending.ts";
import { resolveSessionPolicy, type PolicyOptions } from "../../session/plan/session-policy.ts";
import type { DeniedDecision } from "../../proxy/decide/denial.ts";

/** What would happen to one request. */
export interface Explanation {
  readonly request: Omit<EgressRequest, "others" | "readings">;
  /** `depends`: the body decides, or which repository the forge says it is, by the git entries of the repository */
  readonly verdict: "allow" | "deny" | "depends";
  readonly reason: string | null;
  /** Text of the rule that decided */
  readonly rule: string | null;
  readonly source: RuleSource | null;
  /** `owner/name`, where git entries decided */
  readonly repository: string | null;
  /** In words: why, or what the entries of the repository allow */
  readonly detail: readonly string[];
  /** `vault/name` of the credential that would be attached; null for none */
  readonly credential: string | null;
}

/** What decides a request, and how it would go on; undefined when it goes nowhere. */
interface ExplainedDecision {
  readonly found: Omit<Explanation, "credential" | "request">;
  readonly sending?: Sending | undefined;
}

/** What a session decides by. */
export interface ExplainedSession extends SendingTools {
  readonly policy: EgressPolicy;
  /** Where vaultbox keeps what it remembers */
  readonly stateFolder: string;
}

export type Explainer = (incoming: IncomingRequest) => Promise<Explanation>;

/**
 * Decides a request by the functions that decide it in the proxy, and names the credential that would go on it.
 * @throws VaultboxError VBX_USAGE for what the proxy would refuse as invalid; those of the policy and the vaults
 */
export async function explainRequest(
  wanted: WantedRequest & {
    /** Names; none is those of the session */
    readonly vaults: readonly string[];
  },
  options: PolicyOptions,
  paths: Paths,
): Promise<Explanation> {
  const incoming = parseAskedRequest(wanted);
  const session = await resolveSessionPolicy(options, { paths, writable: [] });
  const explain = await openExplainer({
    policy: session.policy,
    stateFolder: paths.state,
    ...toSendingTools(session, wanted.vaults),
  });
  return explain(incoming);
}

/** Explains each request as the proxy of such a session would decide it. */
export async function openExplainer(session: ExplainedSession): Promise<Explainer> {
  const decide = await openDecider(session);
  return async (incoming) => {
    const { others: _others, readings: _readings, ...request } = toEgressRequest(incoming);
    const { found, sending } = await decide(incoming);
    if (sending === undefined) return { request, ...found, credential: null };
    const sent = await explainSending(incoming, sending, session);
    if (sent.verdict === "sent") return { request, ...found, credential: sent.credential };
    const { reason, why } = sent;
    return { request, ...found, verdict: "deny", reason, detail: [why], credential: null };
  };
}

async function openDecider({
  policy,
  stateFolder,
}: ExplainedSession): Promise<(incoming: IncomingRequest) => Promise<ExplainedDecision>> {
  const compiled = compilePolicy(policy);
  if (policy.entries === undefined) {
    const deciders = { policy: compiled, handlers: [] };
    return (incoming) => Promise.resolve(explainRules(decideRequest(deciders, incoming).decision));
  }
  const { explainHandler, openExplainedHandlers } = await import("./explain-handler.ts");
  const handlers = await openExplainedHandlers(policy, stateFolder);
  const deciders = { policy: compiled, handlers };
  return async (incoming) => {
    const { disposition, decision } = decideRequest(deciders, incoming);
    switch (disposition.type) {
      case "allow":
        return explainRules(decision);
      case "refuse": {
        const { reason, message } = disposition.refusal;
        if (decision.verdict === "deny" && decision.reason === reason) {
          return explainRules(decision);
        }
        return explainEntry(policy, { verdict: "deny", reason, why: message });
      }
      case "handle": {
        const verdict = await explainHandler(incoming, disposition);
        if (verdict.verdict === "host-rules") return explainRules(decision);
        return explainEntry(policy, verdict);
      }
    }
  };
}

/** What host rules say. */
function explainRules(decision: Decision): ExplainedDecision {
  const isAllowed = decision.verdict === "allow";
  return {
    found: {
      verdict: decision.verdict,
      reason: isAllowed ? null : decision.reason,
      rule: decision.rule === undefined ? null : formatRule(decision.rule),
      source: decision.rule?.source ?? null,
      repository: null,
      detail: isAllowed ? [] : toOtherDetail(decision),
    },
    ...(isAllowed && { sending: { rule: decision.rule } }),
  };
}

/** What the handler of an entry says. */
function explainEntry(
  { entries = [] }: EgressPolicy,
  answer: Exclude<HandlerVerdict, { verdict: "host-rules" }>,
): ExplainedDecision {
  const { repository = null, label } = answer;
  const [entry] = entries.flatMap(({ kind, items }) => {
    const item = items.find(
      (one) => one.source.label === label && (repository === null || kind.isAbout(one, repository)),
    );
    return item === undefined ? [] : [{ key: kind.key, item, ...kind.describe(item) }];
  });
  return {
    found: {
      verdict: answer.verdict,
      reason: answer.verdict === "deny" ? answer.reason : null,
      rule: entry === undefined ? null : `${entry.key}: ${entry.title}`,
      source: entry?.item.source ?? null,
      repository,
      detail: toDetail(answer, entry?.lines ?? []),
    },
    sending: toSending(answer),
  };
}

/** What a handler refuses or answers isn't sent; what its body decides goes on with its own head, as far as is known. */
function toSending(
  answer: Exclude<HandlerVerdict, { verdict: "host-rules" }>,
): Sending | undefined {
  const { repository } = answer;
  if (answer.verdict === "depends") return { rule: strictRule, disposition: { repository } };
  if (answer.verdict === "deny" || answer.disposition === undefined) return undefined;
  return { rule: strictRule, disposition: answer.disposition };
}

/** What is refused beside the request line. */
function toOtherDetail({ other, reading }: DeniedDecision): readonly string[] {
  if (reading !== undefined) return [`servers may read its path as ${reading}`];
  return other === undefined ? [] : [`it does what ${other.method} ${other.path} would do`];
}

function toDetail(answer: HandlerVerdict, grants: readonly string[]): readonly string[] {
  if (answer.verdict === "deny") return answer.why === "" ? [] : [answer.why];
  return answer.verdict === "depends" ? grants : [];
}
