import { debug } from "../../base/debug.ts";
import { VaultboxError } from "../../base/errors.ts";
import { parseRemoteUrl, toHttpsRemote } from "../../git/remote-url.ts";
import { type GitPolicy, findGitRules } from "../../git/entry/git-rules.ts";
import { parseAuthority } from "../../http/authority.ts";
import type { PushToInspect } from "../../git/push/own-fetch.ts";
import type { PushInspector } from "../../git/push/push-inspector.ts";
import { Refusal } from "../../http/refusal.ts";
import type { LaunchHistory } from "../../git/signing/known-history.ts";
import type { RepositoryFacts } from "../../workspace/git-dir/repository-facts.ts";

/** Questions to the upstream within a session: each may bring its new history */
const maxUpstreamQuestions = 200;

/** Forges list what strangers propose beside them: `refs/pull/…`, `refs/merge-requests/…`. */
const ownRef = /^refs\/(?:heads|tags)\//;

/**
 * What the session's repository was at launch: its refs, and what is at the upstream that was its remote then, as far as
 * the session may read that. Nothing of the work tree is read again.
 */
export function openLaunchHistory(
  facts: RepositoryFacts,
  upstream: { readonly policy: GitPolicy; readonly inspector: PushInspector },
): LaunchHistory {
  const tips = new Set(facts.tips);
  const place = toUpstream(facts, upstream.policy);
  let questions = 0;
  return {
    isEmpty: tips.size === 0 && isReadable(facts),
    isTip: (id) => tips.has(id),
    isUpstream: async (id) => {
      if (place === undefined || questions >= maxUpstreamQuestions) return false;
      questions += 1;
      try {
        await using inspection = await upstream.inspector.open(place);
        const refs = await inspection.upstreamRefs();
        const isTip = [...refs].some(([ref, tip]) => tip === id && ownRef.test(ref));
        return isTip || (await inspection.isCommit(id));
      } catch (error) {
        // Not proven is not known; the failed request is in the audit
        debug("signing", `the upstream was not asked: ${toReason(error)}`);
        return false;
      }
    },
  };
}

/** By its code: its message may quote the upstream. */
function toReason(error: unknown): string {
  if (error instanceof Refusal) return error.reason;
  return error instanceof VaultboxError ? error.code : "internal-error";
}

/** Whether no ref means that there is none: refs in git's table format aren't read, and their HEAD stands in for them. */
function isReadable({ branch }: RepositoryFacts): boolean {
  return branch !== undefined && branch !== ".invalid";
}

/** The remote at launch, when an entry of the policy lets the session read it. */
function toUpstream(facts: RepositoryFacts, policy: GitPolicy): PushToInspect | undefined {
  const parsed = facts.remoteUrl === undefined ? undefined : parseRemoteUrl(facts.remoteUrl);
  if (parsed === undefined) return undefined;
  const { kind, host, port, path } = toHttpsRemote(parsed);
  const scheme = kind === "http" ? "http" : "https";
  const repository = path.slice(1);
  const [rule] = findGitRules(policy, { scheme, host, port }, repository).filter(
    ({ read }) => read,
  );
  if (rule === undefined) return undefined;
  return {
    authority: parseAuthority(
      host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
      scheme,
      port,
    ),
    path,
    repository,
    rule: rule.source.label,
    objectFormat: facts.objectFormat,
    maxPackBytes: 0,
    checksObjects: false,
    onlyReads: true,
  };
}
