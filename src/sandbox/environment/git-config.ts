// The sandbox's /etc/gitconfig: git there finds its repositories over https, commits in the user's name, and has its
// signatures made by the host. None of it is a guard: what must hold is decided by the proxy, whatever git is told.
import type { GitAuthor } from "../../policy/git-author.ts";
import { type InsteadOf, toInsteadOf } from "../../git/instead-of.ts";
import type { GitRule } from "../../git/entry/git-rule.ts";
import type { RemoteRewrites } from "./git-remotes.ts";
import { hiddenFilter, toHiddenFile } from "./git-hidden.ts";
import { infoDirectory } from "../sandbox-places.ts";
import type { FrozenTree } from "../../workspace/hide/tracked/work-trees.ts";

export const gitFiles = {
  /** Takes the place of the image's own, which it includes */
  config: "/etc/gitconfig",
  imageConfig: `${infoDirectory}/image-gitconfig`,
  signProgram: `${infoDirectory}/git-sign`,
  allowedSigners: `${infoDirectory}/allowed_signers`,
  launchTips: `${infoDirectory}/launch-tips`,
  clientCertificate: `${infoDirectory}/git-client.pem`,
  /** Beginning of the files that say what is hidden of a work tree */
  hidden: `${infoDirectory}/git-hidden`,
} as const;

export interface GitConfigFacts {
  readonly workspace: string;
  /** `git:` entries of the policy */
  readonly rules: readonly GitRule[];
  readonly author: GitAuthor | undefined;
  /** Line of the public key, when the session signs */
  readonly signingKey: string | undefined;
  readonly hasImageConfig: boolean;
  /** What is hidden of work trees */
  readonly frozen: readonly FrozenTree[];
  /** Of the workspace's own repository */
  readonly remotes: RemoteRewrites;
}

type Setting = readonly [name: string, value: string];

export function toGitConfig(facts: GitConfigFacts): string {
  const { author, signingKey, workspace } = facts;
  const sections = [
    // First, so that what follows counts
    ...(facts.hasImageConfig ? [toSection("include", [["path", gitFiles.imageConfig]])] : []),
    toSection("safe", [["directory", workspace]]),
    // What is shown in place of a file has the size and time that git remembers; its inode is another one
    toSection("core", [
      ["checkStat", "minimal"],
      ["trustCtime", "false"],
    ]),
    // Nothing that asks for a password: the proxy puts the credential in
    toSection("credential", [["helper", ""]]),
    // A branch that follows another is written into the repository's configuration, which is read-only here
    toSection("branch", [["autoSetupMerge", "false"]]),
    ...(author === undefined
      ? []
      : [
          toSection("user", [
            ["name", author.name],
            ["email", author.email],
          ]),
        ]),
    ...(signingKey === undefined ? [] : toSigningSections(signingKey)),
    ...toInsteadOfSections(facts.rules),
    ...facts.remotes.insteadOf.map((one) => toRewriteSection(one, "insteadOf")),
    ...facts.remotes.pushInsteadOf.map((one) => toRewriteSection(one, "pushInsteadOf")),
    ...toHiddenSections(facts.frozen),
  ];
  return sections.join("");
}

/** For `gpg.ssh.allowedSignersFile`, so that `git log --show-signature` knows the session's own signatures. */
export function toAllowedSigners({ email }: GitAuthor, signingKey: string): string {
  // ssh-keygen(1), ALLOWED SIGNERS: principals in double quotes; a quote can't be in one
  return `"${email.replaceAll(/["*?!,]/g, "?")}" namespaces="git" ${signingKey}\n`;
}

function toSigningSections(signingKey: string): readonly string[] {
  return [
    toSection("user", [["signingKey", `key::${signingKey}`]]),
    toSection("gpg", [["format", "ssh"]]),
    toSection('gpg "ssh"', [
      ["program", gitFiles.signProgram],
      ["allowedSignersFile", gitFiles.allowedSigners],
    ]),
    toSection("commit", [["gpgSign", "true"]]),
    toSection("tag", [["gpgSign", "true"]]),
  ];
}

/** The filter, and for each work tree which files it's for. */
function toHiddenSections(frozen: readonly FrozenTree[]): readonly string[] {
  if (frozen.length === 0) return [];
  const filter = toSection(`filter ${quote(hiddenFilter)}`, [
    ["clean", `${gitFiles.hidden} %f`],
    ["smudge", "cat"],
    ["required", "true"],
  ]);
  const trees = frozen.map(({ gitDirectory }, index) => {
    // A pattern in quotes (git-config(1), "Conditional includes")
    const pattern = gitDirectory.replaceAll(/[*?[\\]/g, String.raw`\$&`);
    return toSection(`includeIf ${quote(`gitdir:${pattern}`)}`, [
      ["path", toHiddenFile(gitFiles.hidden, index, "config")],
    ]);
  });
  return [filter, ...trees];
}

/** What git reads in the work tree of a number. */
export function toHiddenConfig(index: number): string {
  return toSection("core", [
    ["excludesFile", toHiddenFile(gitFiles.hidden, index, "exclude")],
    ["attributesFile", toHiddenFile(gitFiles.hidden, index, "attributes")],
  ]);
}

function toInsteadOfSections(rules: readonly GitRule[]): readonly string[] {
  const sections = rules.flatMap(({ scheme, host, port, repository }) =>
    toInsteadOf({ scheme, host, port, path: `/${repository}` }).map((one) =>
      toRewriteSection(one, "insteadOf"),
    ),
  );
  return [...new Set(sections)];
}

function toRewriteSection(
  { base, prefixes }: InsteadOf,
  key: "insteadOf" | "pushInsteadOf",
): string {
  return toSection(
    `url ${quote(base)}`,
    prefixes.map((prefix) => [key, prefix]),
  );
}

function toSection(name: string, settings: readonly Setting[]): string {
  const lines = settings.map(([key, value]) => `\t${key} = ${quote(value)}\n`);
  return `[${name}]\n${lines.join("")}`;
}

/** A value as git reads it back (git-config(1), "Syntax"). */
function quote(value: string): string {
  const escaped = value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t");
  return `"${escaped}"`;
}
