import type { ApiReading } from "../api-reading.ts";
import type { RepositoryCall } from "../repository-call.ts";
import { decideRepositoryCall } from "../entry/decide-repository-call.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { formatGitUrl } from "../entry/git-rule-text.ts";
import { filterByRepository } from "../entry/git-rules.ts";
import { toHostHeader } from "../../http/authority.ts";
import { Refusal } from "../../http/refusal.ts";
import { bufferedBody } from "../../http/body.ts";
import type {
  ForwardDisposition,
  HandledRequest,
  HostRulesDisposition,
  RepositoryUpdate,
} from "../../http/handler.ts";

/** Longest path that a refusal repeats, in characters. */
const maxShownPath = 200;

/**
 * What becomes of a request to an API that was read whole. Undefined when it's about no repository and nothing may be read.
 * @param rules of the API that the request is for
 * @param body what the request goes on with, where it was read
 * @throws Refusal
 */
export function decideReading(
  request: HandledRequest,
  rules: readonly GitRule[],
  { reading, body }: { readonly reading: ApiReading; readonly body?: Buffer | undefined },
): ForwardDisposition | HostRulesDisposition | undefined {
  if (reading.kind === "not-understood") {
    const { what, repository } = reading;
    const own = repository === undefined ? rules : filterByRepository(rules, repository);
    throw notUnderstood(request, { what, repository, rule: own[0] });
  }
  if (reading.kind !== "calls") throw new Error("only a request that was read whole is decided");
  const { calls } = reading;
  const verdict =
    calls.length === 0 ? findAnyReader(request, rules) : decideCalls(request, rules, calls);
  return verdict && { ...verdict, body: body && bufferedBody(body) };
}

/**
 * What is about no repository (who am I, the schema) is for whoever may read one, with the credential of it if it's the
 * only one.
 */
function findAnyReader(
  request: HandledRequest,
  rules: readonly GitRule[],
): ForwardDisposition | undefined {
  const readable = rules.filter(({ read }) => read);
  const [rule] = readable;
  if (rule === undefined) return undefined;
  request.note({ rule: rule.source.label });
  const names = new Set(readable.map(({ repository }) => repository.toLowerCase()));
  const isOne = names.size === 1 && !rule.repository.includes("*");
  return { type: "forward", repository: isOne ? rule.repository : undefined };
}

/**
 * Decides all calls of one request: each must be allowed. One that no entry decides leaves the request to host rules,
 * when the others are allowed. Notes for the audit what was asked.
 * @throws Refusal
 */
function decideCalls(
  request: HandledRequest,
  rules: readonly GitRule[],
  calls: readonly RepositoryCall[],
): ForwardDisposition | HostRulesDisposition {
  const repository = toOneRepository(calls);
  const verdicts = calls.map((call) => {
    const own = filterByRepository(rules, call.repository);
    return { call, decision: decideRepositoryCall(own, call) };
  });
  const denied = verdicts.find(({ decision }) => decision.verdict === "deny");
  const decisive = denied ?? verdicts.find(({ decision }) => decision.verdict === "allow");
  const rule = decisive?.decision.verdict === "host-rules" ? undefined : decisive?.decision.rule;
  const updates = verdicts.flatMap(({ call, decision }) =>
    toAuditUpdate(call, decision.verdict === "deny" ? decision.what : undefined),
  );
  request.note({
    rule: rule?.source.label,
    repository,
    updates: updates.length === 0 ? undefined : updates,
  });
  if (denied?.decision.verdict === "deny") {
    throw refusedCall(request, { what: denied.decision.what, call: denied.call, rule });
  }
  return verdicts.some(({ decision }) => decision.verdict === "host-rules")
    ? { type: "host-rules" }
    : { type: "forward", repository };
}

/** A request that isn't understood, where an entry alone decides. */
export function notUnderstood(
  request: HandledRequest,
  facts: {
    readonly what: string;
    readonly repository?: string | undefined;
    /** The entry that the refusal names */
    readonly rule: GitRule | undefined;
  },
): Refusal {
  const { what, repository, rule } = facts;
  request.note({ rule: rule?.source.label, repository });
  const place = repository === undefined ? "" : ` to ${repository}`;
  return new Refusal(
    403,
    "git-not-allowed",
    `refused ${toShown(request)}${place}: it is not understood, so it cannot be allowed: ${what}`,
  );
}

function refusedCall(
  request: HandledRequest,
  facts: {
    readonly what: string;
    readonly call: RepositoryCall;
    readonly rule: GitRule | undefined;
  },
): Refusal {
  const { what, call, rule } = facts;
  const { repository } = call;
  const source = rule === undefined ? "" : ` (${rule.source.label})`;
  const text = `refused ${toShown(request)} to ${repository}${source}: ${what}`;
  const option = rule === undefined ? undefined : toOption(call, rule);
  if (rule === undefined || option === undefined) return new Refusal(403, "git-not-allowed", text);
  return new Refusal(403, "git-not-allowed", text, {
    remedy: `vaultbox run --git '${formatGitUrl(rule)}:${option}' …`,
  });
}

/** What of `--git` would allow it, or the same somewhere else: nobody should be led to open `main`. */
function toOption({ action }: RepositoryCall, { push }: GitRule): string | undefined {
  if (action.type === "pull") return `pulls=${action.step}`;
  return action.type === "update-ref" && push === undefined ? "push=agent/*" : undefined;
}

/** The request for a text: its path may be long. */
export function toShown({ authority, method, path }: HandledRequest): string {
  const shown = path.length > maxShownPath ? `${path.slice(0, maxShownPath)}…` : path;
  return `${method} ${authority.scheme}://${toHostHeader(authority)}${shown}`;
}

function toOneRepository(calls: readonly RepositoryCall[]): string | undefined {
  const names = new Map(calls.map(({ repository }) => [repository.toLowerCase(), repository]));
  return names.size === 1 ? [...names.values()][0] : undefined;
}

/** A REST or GraphQL request says where a ref should point in many ways, or not at all: object ids stay empty. */
function toAuditUpdate(
  { action }: RepositoryCall,
  refused: string | undefined,
): readonly RepositoryUpdate[] {
  if (action.type !== "update-ref") return [];
  const { ref } = action.update;
  return [{ ref, from: "", to: "", refused }];
}
