import { VaultboxError } from "../../base/errors.ts";
import { toShellWord } from "../../base/shell-word.ts";
import type { LaunchPlace } from "../../policy/entry-kind.ts";
import { formatGitUrl } from "./git-rule-text.ts";
import type { GitRule } from "./git-rule.ts";
import { compileGitRules, findGitRules } from "./git-rules.ts";
import { parseRepositoryUrl, type RepositoryPlace } from "./parse-repository-url.ts";

/**
 * Reading of the work tree's own repository. Nothing for a remote that isn't on the web, such as a path, and where the user
 * wrote something about the repository: that is all that counts for it.
 */
export function toWorktreeRules(
  { remoteUrl }: LaunchPlace,
  written: readonly GitRule[],
): readonly GitRule[] {
  const place = remoteUrl === undefined ? undefined : readRemote(remoteUrl);
  if (place === undefined || place.repository.endsWith("/*")) return [];
  if (findGitRules(compileGitRules(written), place, place.repository).length > 0) return [];
  const rule: GitRule = {
    ...place,
    read: true,
    push: undefined,
    pulls: "none",
    lfsHosts: [],
    exclusive: false,
    source: { kind: "worktree", label: "work tree" },
  };
  return [rule];
}

function readRemote(remoteUrl: string): RepositoryPlace | undefined {
  try {
    // A user name says how the host's own git logs in; the session has its vault for that
    return parseRepositoryUrl(remoteUrl.replace(/^(https?:\/\/)[^/@]*@/i, "$1"));
  } catch (error) {
    if (error instanceof VaultboxError) return undefined;
    throw error;
  }
}

/** What `run` says about the repository that it lets be read by itself, and what to type for more. */
export function toWorktreeNotes(rules: readonly GitRule[]): readonly string[] {
  return rules.flatMap((rule) => {
    if (rule.source.kind !== "worktree") return [];
    const command = `vaultbox run --git ${toShellWord(`${formatGitUrl(rule)}:push=agent/*`)}`;
    return [`git: ${rule.repository} may be read; to let it push: ${command}`];
  });
}
