import { given } from "../../base/given.ts";
import { realpath } from "node:fs/promises";
import type { AgentProfile } from "../../agents/agent-profile.ts";
import { selectAgent } from "../../agents/select-agent.ts";
import { resolveEffectivePolicy } from "../../config/effective-policy.ts";
import type { ChosenFileRules } from "../../config/chosen-file.ts";
import { leavingOut } from "../../base/program-environment.ts";
import { readPreferences, type Preferences } from "../../config/preferences.ts";
import { loadTrustedProjectFile } from "../../config/project-file.ts";
import type { EntryKind } from "../../policy/entry-kind.ts";
import type { PolicyFile, ProjectFile } from "../../policy/file/parse-policy.ts";
import { readClientRegistry, type SessionRegistry } from "../../presets/client-registry.ts";
import { expandPreset } from "../../presets/expand-preset.ts";
import { findPreset } from "../../presets/presets.ts";
import type { SandboxedPlan } from "../../sandbox/sandbox-request.ts";
import { toShellWord } from "../../base/shell-word.ts";
import { loadEntryKinds } from "../entry-kinds.ts";
import { toPrintable } from "../../base/printable.ts";
import { isMadeInSandbox } from "../../workspace/handoff/made-repositories.ts";
import { withoutSshAlias } from "../../workspace/git-dir/remote.ts";
import { readRepositoryFacts, resolveHost } from "../../workspace/git-dir/repository-facts.ts";
import type { RepositoryFacts } from "../../workspace/git-dir/repository-facts.ts";

/** What a command line says about the policy of a session. */
export interface PolicyOptions {
  /** The folder that is mounted, and where the project file is looked for */
  readonly workspace: string;
  /** `--policy FILE` */
  readonly policy?: string;
  /** `--allow`, in order */
  readonly allow: readonly string[];
  /** Values of `--git` and the like, in order, by the key of the kind of entry */
  readonly entryFlags?: Readonly<Record<string, readonly string[]>>;
  /** `--agent NAME` */
  readonly agent?: string;
  /** What will run; empty when that isn't known */
  readonly command: readonly string[];
}

/** The policy of a session with everything it was made from. */
export interface SessionPolicy extends Omit<SandboxedPlan, "git"> {
  /** SHA-256 of the policy, hex */
  readonly hash: string;
  /** Whether the command line, a flag or the project file says which agent it is */
  readonly isAgentKnown: boolean;
  /** Why the work tree's remote isn't read by default, for the user */
  readonly repositoryNote?: string;
  readonly projectFile?: {
    readonly path: string;
    readonly sha256: string;
    readonly project: ProjectFile;
  };
  readonly preferences: Preferences;
}

/**
 * Reads the trusted project file, the work tree's remote, `--policy`, the preferences, the agent's profile and presets,
 * and makes the policy of a session of them. `policy show` and `run` call the same function, so that they can't disagree.
 * @throws VaultboxError of each part; nothing is skipped
 */
export async function resolveSessionPolicy(
  options: PolicyOptions,
  rules: ChosenFileRules,
): Promise<SessionPolicy> {
  // What a sandbox can write chooses no program of the host, also when the workspace isn't where this process was started
  return await leavingOut(options.workspace, () => readSessionPolicy(options, rules));
}

async function readSessionPolicy(
  options: PolicyOptions,
  rules: ChosenFileRules,
): Promise<SessionPolicy> {
  const { paths } = rules;
  const worktree = readWorktree(options.workspace);
  // Read while the rest is; what fails first is reported
  worktree.catch(() => undefined);
  const preferences = await readPreferences(paths);
  const entryKinds = await loadEntryKinds();
  const projectFile = await loadTrustedProjectFile(options.workspace, paths, entryKinds);
  const policyFile = await readPolicyOption(options.policy, rules, entryKinds);
  const agent = chooseAgent(options, projectFile?.project.agent);
  const registries: SessionRegistry[] = [];
  const lookupPreset = createPresetLookup(options.workspace, registries);
  const label = `agent:${agent.name}`;
  const agentRules = [{ label, rules: agent.rules }];
  for (const name of agent.presets) agentRules.push({ label, rules: await lookupPreset(name) });
  const repository = await worktree;
  const isMade = repository !== undefined && (await isMadeInSandbox(paths, repository));
  const note = repository && toRemoteNote(repository, isMade);
  const remoteUrl = note === undefined ? repository?.remoteUrl : undefined;
  const effective = await resolveEffectivePolicy({
    ...given({ project: projectFile?.project, policyFile }),
    allow: options.allow,
    entryKinds,
    ...(options.entryFlags && { entryFlags: options.entryFlags }),
    place: {
      ...(remoteUrl === undefined ? {} : { remoteUrl }),
      withoutSshAlias: (address) => withoutSshAlias(address, resolveHost),
    },
    agentRules,
    user: preferences.userRules,
    lookupPreset,
    lookupPresetStorage: (name) => findPreset(name).rulesWithClientCredentials ?? [],
  });
  return {
    ...effective,
    preferences,
    agent,
    isAgentKnown: isAgentKnown(agent, options, projectFile?.project.agent),
    registries,
    ...given({ projectFile, repository, repositoryNote: note }),
  };
}

/** Why a remote is somebody else's choice. */
function toRemoteNote(
  { remoteUrl, isForeign, workTree }: RepositoryFacts,
  isMade: boolean,
): string | undefined {
  if (remoteUrl === undefined || (!isMade && !isForeign)) return undefined;
  const why = isMade
    ? "this repository or its remote was made in a sandbox"
    : `this repository belongs to another user (if you trust it: git config --global --add safe.directory ${toShellWord(workTree)})`;
  return `${why}; ${toPrintable(remoteUrl)} is not read unless you name it: --git URL`;
}

async function readWorktree(workspace: string): Promise<RepositoryFacts | undefined> {
  const path = await realpath(workspace).catch(() => undefined);
  // A workspace that isn't there is an error of whoever needs it
  return path === undefined ? undefined : await readRepositoryFacts(path);
}

async function readPolicyOption(
  path: string | undefined,
  rules: ChosenFileRules,
  entryKinds: readonly EntryKind[],
): Promise<PolicyFile | undefined> {
  if (path === undefined) return undefined;
  const { readPolicyFile } = await import("../../config/policy-file.ts");
  return await readPolicyFile(path, rules, entryKinds);
}

/** `--agent`, else the agent that the command starts, else the project's, else the generic one. */
function chooseAgent(options: PolicyOptions, projectAgent?: string): AgentProfile {
  const { command, agent } = options;
  if (agent !== undefined) return selectAgent(command, agent);
  const detected = selectAgent(command);
  const isKnown = detected.executable !== undefined;
  return isKnown || projectAgent === undefined ? detected : selectAgent(command, projectAgent);
}

function isAgentKnown(
  { executable }: AgentProfile,
  { agent }: PolicyOptions,
  projectAgent: string | undefined,
): boolean {
  return (executable ?? agent ?? projectAgent) !== undefined;
}

/** Scans presets up, each client's registry asked for once; those that were asked for are added to `registries`. */
function createPresetLookup(
  workspace: string,
  registries: SessionRegistry[],
): (name: string) => Promise<readonly string[]> {
  const expanded = new Map<string, readonly string[]>();
  return async (name) => {
    const known = expanded.get(name);
    if (known !== undefined) return known;
    const preset = findPreset(name);
    const { client } = preset;
    const registry =
      client === undefined
        ? undefined
        : await readClientRegistry(client, { writable: [workspace] });
    if (client !== undefined && registry !== undefined) registries.push({ client, registry });
    const rules = expandPreset(preset, registry);
    expanded.set(name, rules);
    return rules;
  };
}
