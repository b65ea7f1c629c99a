import { toSshPrefixes, type InsteadOf } from "../../git/instead-of.ts";
import { parseRemoteUrl, toHttpsRemote, type RemoteUrl } from "../../git/remote-url.ts";
import type { GitRule } from "../../git/entry/git-rule.ts";
import { toOriginText } from "../../policy/host-pattern.ts";
import { coversRepository } from "../../base/repository-name.ts";
import type { RemoteAddress } from "../../workspace/git-dir/remote.ts";
import type { RepositoryFacts } from "../../workspace/git-dir/repository-facts.ts";

// Remotes whose addresses mean something only on this machine: aliases of ssh's, short forms of the user's own
// `url.*.insteadOf`, and those that the repository's settings turn into addresses over ssh.

/** What git in the sandbox replaces in addresses, and which of them also when it pushes. */
export interface RemoteRewrites {
  readonly insteadOf: readonly InsteadOf[];
  /** Beats `url.*.pushInsteadOf` of the repository */
  readonly pushInsteadOf: readonly InsteadOf[];
}

/** Rewrites for the remotes of a work tree; the whole address beats every shorter prefix of the repository's settings. */
export function toRemoteRewrites(
  { remotes, settings }: Pick<RepositoryFacts, "remotes" | "settings">,
  rules: readonly GitRule[],
): RemoteRewrites {
  const isRewritten = settings.some(({ key }) => /^url\..+\.(?:push)?insteadof$/s.test(key));
  const exact: InsteadOf[] = [];
  const aliases = new Map<string, InsteadOf>();
  for (const remote of remotes) {
    const written = parseRemoteUrl(remote.written);
    const meant = toMeant(remote, rules);
    if (meant === undefined) continue;
    const isAlias = written?.kind === "ssh" && toHttpsRemote(written).host !== meant.host;
    if (!isAlias && !isRewritten && written !== undefined && remote.url === remote.written)
      continue;
    exact.push({ base: toUrl(meant), prefixes: toForms(remote.written) });
    if (!isAlias || meant.host === "dev.azure.com") continue;
    const base = `${toOrigin(meant)}/`;
    aliases.set(`${base} ${written.host}`, {
      base,
      prefixes: toSshPrefixes(written.host, written.port),
    });
  }
  return { insteadOf: [...exact, ...aliases.values()], pushInsteadOf: exact };
}

type Meant = Pick<RemoteUrl, "host" | "port" | "path"> & { readonly kind: "https" | "http" };

/** Where a remote is on the web; undefined when nobody can tell. */
function toMeant({ url, issue }: RemoteAddress, rules: readonly GitRule[]): Meant | undefined {
  const remote = parseRemoteUrl(url);
  if (remote === undefined) return undefined;
  const { kind, host, port, path } = toHttpsRemote(remote);
  if (kind === "ssh") return undefined;
  const isOverSsh = remote.kind === "ssh";
  const isAtHost = (rule: GitRule): boolean =>
    rule.host === host && (isOverSsh || rule.port === port);
  // What the user wrote about a repository of this name is about this one
  const isByName = (rule: GitRule): boolean =>
    rule.source.kind !== "worktree" && coversRepository(rule.repository, path.slice(1));
  const rule = rules.find(issue === undefined ? isAtHost : isByName);
  if (rule !== undefined) return { kind: rule.scheme, host: rule.host, port: rule.port, path };
  return issue === undefined ? { kind, host, port, path } : undefined;
}

function toOrigin({ kind, ...place }: Meant): string {
  return toOriginText({ scheme: kind, ...place });
}

function toUrl(meant: Meant): string {
  return `${toOrigin(meant)}${meant.path}`;
}

/** As the repository's configuration has it, and as it's shown there without a user. */
function toForms(written: string): readonly string[] {
  const bare = written
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, "$1")
    .replace(/^[^/@:]*@/, "");
  return [...new Set([written, bare])];
}
