import type { Paths } from "../../base/paths.ts";
import type { RefUpdate } from "../../git/repository-call.ts";
import { isDeniedByRule } from "../../policy/decide.ts";
import { decideRefUpdateByAll } from "../../git/entry/decide-ref-update.ts";
import { gitRulesOf } from "../../git/entry/git-entries.ts";
import { formatGitUrl } from "../../git/entry/git-rule-text.ts";
import { compileGitRules, filterBySpelling, findGitRules } from "../../git/entry/git-rules.ts";
import type { GitRule } from "../../git/entry/git-rule.ts";
import { parseRepositoryUrl } from "../../git/entry/parse-repository-url.ts";
import type { EgressPolicy } from "../../policy/policy.ts";
import { VaultboxError } from "../../base/errors.ts";
import { Refusal } from "../../http/refusal.ts";
import { readConnectTo, refuseLiteralAddress } from "./explain-sending.ts";
import { resolveSessionPolicy } from "../../session/plan/session-policy.ts";
import type { SessionPolicy, PolicyOptions } from "../../session/plan/session-policy.ts";

/** What a push may do to one ref. */
export interface PushExplanation {
  /** Clone URL without `.git` */
  readonly url: string;
  readonly ref: string;
  /** Whether any push to it could succeed */
  readonly verdict: "allow" | "deny";
  /** `rule.source.label` of the entries that decide */
  readonly from: readonly string[];
  readonly steps: readonly PushStep[];
}

interface PushStep {
  readonly step: "create" | "fast-forward" | "force" | "delete";
  readonly verdict: "allow" | "deny";
  /** Why it's denied, or on what it depends; empty when it's plain */
  readonly why: string;
}

const facts: Readonly<Record<PushStep["step"], Omit<RefUpdate, "ref">>> = {
  create: { change: "create", rewrite: "no", paths: "unknown" },
  "fast-forward": { change: "update", rewrite: "no", paths: "unknown" },
  force: { change: "update", rewrite: "yes", paths: "unknown" },
  delete: { change: "delete", rewrite: "no", paths: [] },
};

/**
 * Says what may be done to a ref by a push, without one.
 * @throws VaultboxError VBX_USAGE for a URL that can't be read; those of the policy
 */
export async function explainPush(
  wanted: { readonly url: string; readonly ref: string },
  options: PolicyOptions,
  paths: Paths,
): Promise<PushExplanation> {
  const place = readPlace(wanted.url);
  const ref = wanted.ref.startsWith("refs/") ? wanted.ref : `refs/heads/${wanted.ref}`;
  const session = await resolveSessionPolicy(options, { paths, writable: [] });
  const { policy } = session;
  const { repository } = place;
  const rules = filterBySpelling(
    findGitRules(compileGitRules(gitRulesOf(policy)), place, repository),
    repository,
  );
  const denial = (await findClosedAddress(place, session)) ?? findDenial(policy, place, wanted.url);
  const steps = (Object.keys(facts) as PushStep["step"][]).map((step) =>
    denial === undefined
      ? explainStep(rules, step, { ref, ...facts[step] })
      : ({ step, verdict: "deny", why: denial } as const),
  );
  return {
    url: formatGitUrl(place),
    ref,
    verdict: steps.some(({ verdict }) => verdict === "allow") ? "allow" : "deny",
    from: rules.map(({ source }) => source.label),
    steps,
  };
}

function explainStep(
  rules: readonly GitRule[],
  step: PushStep["step"],
  update: RefUpdate,
): PushStep {
  if (rules.length === 0) return { step, verdict: "deny", why: "no git entry for this repository" };
  const decision = decideRefUpdateByAll(rules, update);
  switch (decision.verdict) {
    case "allow":
      return { step, verdict: "allow", why: "" };
    case "deny":
      return { step, verdict: "deny", why: decision.reason };
    case "check": {
      const denied = rules.flatMap(({ push }) => push?.denyPaths ?? []);
      return { step, verdict: "allow", why: `if no commit changes ${denied.join(", ")}` };
    }
  }
}

type Place = Pick<GitRule, "scheme" | "host" | "port" | "repository">;

/** A deny rule of the user's beats every entry. Git asks for the refs, then sends the push, both below the URL as it's written. */
function findDenial(policy: EgressPolicy, place: Place, url: string): string | undefined {
  const { scheme, host, port, repository } = place;
  const written = /\.git\/*$/i.test(url) ? `/${repository}.git` : `/${repository}`;
  const requests = [
    { method: "GET", path: `${written}/info/refs` },
    { method: "POST", path: `${written}/git-receive-pack` },
  ];
  for (const { method, path } of requests) {
    const rule = isDeniedByRule(policy, { scheme, host, port, method, path, websocket: false });
    if (rule !== undefined) return `denied by a rule (${rule.source.label})`;
  }
  return undefined;
}

async function findClosedAddress(
  place: Place,
  session: SessionPolicy,
): Promise<string | undefined> {
  try {
    await refuseLiteralAddress(place, () => readConnectTo(session));
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

function readPlace(url: string): ReturnType<typeof parseRepositoryUrl> {
  try {
    const place = parseRepositoryUrl(url);
    if (!place.repository.endsWith("/*")) return place;
    throw new VaultboxError("VBX_USAGE", "write one repository, not every one of an owner");
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    throw new VaultboxError("VBX_USAGE", error.message, { cause: error });
  }
}
