import { VaultboxError, type VaultboxErrorCode } from "../errors.ts";
import { quoted } from "../printable.ts";
import type { EgressEntry } from "../policy/parse-egress.ts";
import type { PolicyFile, ProjectFile } from "../policy/parse-policy.ts";
import { parsePresetReference, parseRule } from "../policy/parse-rule.ts";
import { hashPolicy } from "../policy/policy-hash.ts";
import type { EgressPolicy, Rule, RuleSource } from "../policy/policy.ts";

/** Rule texts that an agent's profile brings along. */
export interface AgentRules {
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
 * @throws VaultboxError VBX_USAGE (`--allow`), VBX_CONFIG_INVALID (the user's rules), VBX_PRESET_UNKNOWN, VBX_POLICY_INVALID
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
  const policy: EgressPolicy = { rules, limits };
  return { policy, hash: hashPolicy(policy) };
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
      hints: ["vaultbox credential presets lists them"],
    });
  }
  const source: RuleSource = { kind: "preset", label: `preset:${name} (${writtenAt})` };
  const read = (clientCredentials: "refuse" | "pass") => (text: string) =>
    parseAs("VBX_POLICY_INVALID", source.label, () =>
      parseRule(text, { source, clientCredentials }),
    );
  const storage = sources.lookupPresetStorage?.(name) ?? [];
  return [...texts.map(read("refuse")), ...storage.map(read("pass"))];
}

/** The same failure with the code and the name of the place that the text came from. */
function parseAs(code: VaultboxErrorCode, place: string, parse: () => Rule): Rule {
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
