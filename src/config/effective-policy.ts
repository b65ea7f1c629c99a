import { VaultboxError, type VaultboxErrorCode } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import type { GitRule } from "../git/entry/git-rule.ts";
import { findGitRules } from "../git/entry/git-rules.ts";
import type { EgressEntry } from "../policy/file/parse-egress.ts";
import { parseGitFlag } from "../git/entry/parse-git-flag.ts";
import type { PolicyFile, ProjectFile } from "../policy/file/parse-policy.ts";
import { parsePresetReference, parseRule } from "../policy/parse-rule.ts";
import { parseRepositoryUrl, type RepositoryPlace } from "../git/entry/parse-repository-url.ts";
import { hashPolicy } from "../policy/file/policy-hash.ts";
import type { EgressPolicy, Rule, RuleSource } from "../policy/policy.ts";

/** Rule texts that an agent's profile brings along. */
interface AgentRules {
  /** `agent:claude` */
  readonly label: string;
  readonly rules: readonly string[];
}

/** Rules of the user for every session, from the preferences. */
export interface UserRules {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

export interface PolicySources {
  /** A trusted project file */
  readonly project?: Pick<ProjectFile, "egress" | "limits">;
  /** Of `--policy`: stands in for the project file's egress and limits, both, wholly */
  readonly policyFile?: PolicyFile;
  /** Of `--allow`: rule texts and `preset:NAME` */
  readonly allow: readonly string[];
  /** Of `--git`: `URL[:key=value]…` */
  readonly git?: readonly string[];
  /** The remote of the work tree that is mounted, as it was read on the host before the session */
  readonly worktree?: { readonly remoteUrl: string };
  readonly agentRules: readonly AgentRules[];
  readonly user: UserRules;
  /** Rule texts of a preset, or undefined for an unknown name */
  readonly lookupPreset: (name: string) => Promise<readonly string[] | undefined>;
  /** Rule texts of a preset's storage hosts, where signed URLs and tokens that the service gave to the client pass */
  readonly lookupPresetStorage?: (name: string) => readonly string[];
}

export interface EffectivePolicy {
  readonly policy: EgressPolicy;
  /** SHA-256 of its canonical JSON, hex */
  readonly hash: string;
}

/**
 * Everything that decides what a session may reach, in one policy; each rule says where it was written.
 * Sources only add up: none takes away what another allows, but a prohibition from any of them beats every grant.
 * @throws VaultboxError VBX_USAGE (`--allow`, `--git`), VBX_CONFIG_INVALID (the user's rules), VBX_PRESET_UNKNOWN, VBX_POLICY_INVALID
 */
export async function resolveEffectivePolicy(sources: PolicySources): Promise<EffectivePolicy> {
  const { project, policyFile } = sources;
  const entries = (policyFile === undefined ? project?.egress : policyFile.egress) ?? [];
  const limits = (policyFile === undefined ? project?.limits : policyFile.limits) ?? {};
  const rules: Rule[] = [...toUserRules(sources.user)];
  for (const entry of entries) rules.push(...(await toEntryRules(entry, sources)));
  for (const text of sources.allow) rules.push(...(await toFlagRules(text, sources)));
  for (const { label, rules: texts } of sources.agentRules) {
    const source: RuleSource = { kind: "agent", label };
    for (const text of texts) {
      rules.push(parseAs("VBX_POLICY_INVALID", label, () => parseRule(text, { source })));
    }
  }
  const git = toGitRules(entries, sources);
  const policy: EgressPolicy = { rules, ...(git.length === 0 ? {} : { git }), limits };
  return { policy, hash: hashPolicy(policy) };
}

function toGitRules(
  entries: readonly EgressEntry[],
  { git = [], worktree }: PolicySources,
): readonly GitRule[] {
  const source: RuleSource = { kind: "flag", label: "--git" };
  const rules = [
    ...entries.flatMap((entry) => (entry.kind === "git" ? [entry.rule] : [])),
    ...git.map((text) => parseAs("VBX_USAGE", "--git", () => parseGitFlag(text, source))),
  ];
  const own = worktree && toWorktreeRule(worktree.remoteUrl);
  // What a user wrote about a repository is all that counts for it
  const isWritten =
    own !== undefined && findGitRules({ git: rules }, own, own.repository).length > 0;
  return own === undefined || isWritten ? rules : [...rules, own];
}

/** Reading of the work tree's own repository; nothing for a remote that isn't on the web, such as a path. */
function toWorktreeRule(remoteUrl: string): GitRule | undefined {
  const place = readRemote(remoteUrl);
  if (place === undefined || place.repository.endsWith("/*")) return undefined;
  return {
    ...place,
    read: true,
    push: undefined,
    pulls: "none",
    lfsHosts: [],
    exclusive: false,
    source: { kind: "worktree", label: "work tree" },
  };
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

function toUserRules(user: UserRules): readonly Rule[] {
  const read = (effect: "allow" | "deny") =>
    user[effect].map((text) => {
      const source: RuleSource = { kind: "user", label: `preferences: ${effect}` };
      return parseAs("VBX_CONFIG_INVALID", source.label, () => parseRule(text, { source, effect }));
    });
  return [...read("allow"), ...read("deny")];
}

async function toEntryRules(entry: EgressEntry, sources: PolicySources): Promise<readonly Rule[]> {
  if (entry.kind === "rules") return entry.rules;
  if (entry.kind === "git") return [];
  return toPresetRules(entry.name, entry.source.label, sources);
}

async function toFlagRules(text: string, sources: PolicySources): Promise<readonly Rule[]> {
  const preset = parsePresetReference(text);
  if (preset !== undefined) return toPresetRules(preset, "--allow", sources);
  const source: RuleSource = { kind: "flag", label: "--allow" };
  return [parseAs("VBX_USAGE", "--allow", () => parseRule(text, { source }))];
}

async function toPresetRules(
  name: string,
  writtenAt: string,
  sources: PolicySources,
): Promise<readonly Rule[]> {
  const texts = await sources.lookupPreset(name);
  if (texts === undefined) {
    throw new VaultboxError("VBX_PRESET_UNKNOWN", `unknown preset ${quoted(name)} (${writtenAt})`, {
      hints: ["list them: vaultbox credential presets"],
    });
  }
  const source: RuleSource = { kind: "preset", label: `preset:${name} (${writtenAt})` };
  const read = (context: { readonly clientCredentials?: "pass" }) => (text: string) =>
    parseAs("VBX_POLICY_INVALID", source.label, () => parseRule(text, { source, ...context }));
  const storage = sources.lookupPresetStorage?.(name) ?? [];
  return [...texts.map(read({})), ...storage.map(read({ clientCredentials: "pass" }))];
}

/** The same failure with the code and the name of the place that the text came from. */
function parseAs<T>(code: VaultboxErrorCode, place: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    throw new VaultboxError(code, `${place}: ${error.message}`, {
      hints: error.hints,
      cause: error,
    });
  }
}
