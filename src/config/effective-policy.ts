import { VaultboxError, type VaultboxErrorCode } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { groupEntries } from "../policy/entry-kind.ts";
import type { EntryKind, LaunchPlace, PolicyEntry } from "../policy/entry-kind.ts";
import type { EgressEntry } from "../policy/file/parse-egress.ts";
import type { PolicyFile, ProjectFile } from "../policy/file/parse-policy.ts";
import { parsePresetReference, parseRule } from "../policy/parse-rule.ts";
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
  /** Kinds of entries beside hosts and presets */
  readonly entryKinds: readonly EntryKind[];
  /** Values of the flags of kinds, by their key: those of `--git` */
  readonly entryFlags?: Readonly<Record<string, readonly string[]>>;
  readonly place?: LaunchPlace;
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
 * @throws VaultboxError VBX_USAGE (flags), VBX_CONFIG_INVALID (the user's rules), VBX_PRESET_UNKNOWN, VBX_POLICY_INVALID
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
  const groups = groupEntries(toPolicyEntries(entries, sources));
  const policy: EgressPolicy = {
    rules,
    ...(groups.length === 0 ? {} : { entries: groups }),
    limits,
  };
  return { policy, hash: hashPolicy(policy) };
}

function toPolicyEntries(
  entries: readonly EgressEntry[],
  { entryKinds, entryFlags = {}, place = {} }: PolicySources,
): readonly PolicyEntry[] {
  return entryKinds.flatMap((kind) => {
    const label = `--${kind.key}`;
    const source: RuleSource = { kind: "flag", label };
    const written = [
      ...entries.flatMap((entry) =>
        entry.kind === "entry" && entry.entry.kind === kind ? [entry.entry.item] : [],
      ),
      ...(entryFlags[kind.key] ?? []).flatMap((text) =>
        parseAs("VBX_USAGE", label, () => kind.parseFlag?.(text, source, place) ?? []),
      ),
    ];
    const implied = kind.toImplied?.(place, written) ?? [];
    return [...written, ...implied].map((item) => ({ kind, item }));
  });
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
  if (entry.kind === "entry") return [];
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
