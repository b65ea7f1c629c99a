import type { Paths } from "../base/paths.ts";
import { compilePolicy, decide } from "../policy/decide.ts";
import type { GitRule } from "../policy/git-rule.ts";
import { describeGitRule, formatGitUrl } from "../policy/git-rule-text.ts";
import { formatRule } from "../policy/parse-rule.ts";
import type { EgressPolicy, EgressRequest } from "../policy/policy.ts";
import type { RuleSource } from "../policy/file/rule-source.ts";
import { coversRepository } from "../policy/repository-name.ts";
import type { DeniedDecision } from "../http/denial.ts";
import { type AskedRequest, parseAskedRequest, type WantedRequest } from "./asked-request.ts";
import type { HandlerVerdict } from "./explain-handler.ts";
import { explainSending, type Sending } from "./explain-sending.ts";
import { resolveSessionPolicy, type SessionPolicyOptions } from "./session-policy.ts";

/** What would happen to one request. */
export interface Explanation {
  readonly request: EgressRequest;
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
interface ExplainedGround {
  readonly found: Omit<Explanation, "credential">;
  readonly sending?: Sending;
}

/**
 * Decides a request as the proxy would, with the same parsers, handlers and credential checks, and names the credential it
 * would attach.
 * @throws VaultboxError VBX_USAGE for what the proxy would refuse as invalid; those of the policy and the vaults
 */
export async function explainRequest(
  wanted: WantedRequest & {
    /** Names; none is those of the session */
    readonly vaults: readonly string[];
  },
  options: SessionPolicyOptions,
  paths: Paths,
): Promise<Explanation> {
  const asked = parseAskedRequest(wanted);
  const session = await resolveSessionPolicy(options, paths);
  const { found, sending } = await explainGround(session.policy, asked, paths);
  if (sending === undefined) return { ...found, credential: null };
  const sent = await explainSending(asked, sending, { plan: session, vaults: wanted.vaults });
  if (sent.verdict === "sent") return { ...found, credential: sent.credential };
  const { reason, why } = sent;
  return { ...found, verdict: "deny", reason, detail: [why], credential: null };
}

/** A prohibition, then the handlers of git entries, then host rules: as proxy/decide/ground.ts has it. */
async function explainGround(
  policy: EgressPolicy,
  asked: AskedRequest,
  paths: Paths,
): Promise<ExplainedGround> {
  const { request } = asked;
  const decision = decide(policy, request);
  const isAllowed = decision.verdict === "allow";
  const byRule = {
    found: {
      request,
      verdict: decision.verdict,
      reason: isAllowed ? null : decision.reason,
      rule: decision.rule === undefined ? null : formatRule(decision.rule),
      source: decision.rule?.source ?? null,
      repository: null,
      detail: isAllowed ? [] : toOtherDetail(decision),
    },
    ...(isAllowed && { sending: { rule: decision.rule } }),
  };
  const isProhibited = !isAllowed && decision.reason === "denied-by-rule";
  if (policy.git === undefined || isProhibited) return byRule;
  const { explainHandler } = await import("./explain-handler.ts");
  const parts = { ...asked, isAllowed, gitCacheFolder: paths.git };
  const answer = await explainHandler(compilePolicy(policy), parts);
  if (answer.verdict === "host-rules") return byRule;
  const { repository = null, label } = answer;
  const entry = policy.git.find(
    (rule) =>
      rule.source.label === label &&
      (repository === null || coversRepository(rule.repository, repository)),
  );
  const sending = toSending(answer);
  return {
    found: {
      request,
      verdict: answer.verdict,
      reason: answer.verdict === "deny" ? answer.reason : null,
      rule: entry === undefined ? null : `git: ${formatGitUrl(entry)}`,
      source: entry?.source ?? null,
      repository,
      detail: toDetail(answer, entry),
    },
    ...(sending && { sending }),
  };
}

/** What a handler refuses or answers isn't sent; what its body decides goes on with its own head, as far as is known. */
function toSending(
  answer: Exclude<HandlerVerdict, { verdict: "host-rules" }>,
): Sending | undefined {
  const { repository } = answer;
  const rule = { effect: "allow", clientCredentials: "refuse" } as const;
  if (answer.verdict === "depends") return { rule, disposition: { repository } };
  if (answer.verdict === "deny" || answer.disposition === undefined) return undefined;
  return { rule, disposition: answer.disposition };
}

/** What is refused beside the request line. */
function toOtherDetail({ other, reading }: DeniedDecision): readonly string[] {
  if (reading !== undefined) return [`servers may read its path as ${reading}`];
  return other === undefined ? [] : [`it does what ${other.method} ${other.path} would do`];
}

function toDetail(answer: HandlerVerdict, entry: GitRule | undefined): readonly string[] {
  if (answer.verdict === "deny") return answer.why === "" ? [] : [answer.why];
  return answer.verdict === "depends" && entry !== undefined ? describeGitRule(entry) : [];
}
