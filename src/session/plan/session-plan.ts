import type { ChosenFileRules } from "../../config/chosen-file.ts";
import type { SandboxGit } from "../../sandbox/sandbox-request.ts";
import { type OpenVault, openVaults } from "../../vault/open-vaults.ts";
import type { VaultContext } from "../../vault/vault-context.ts";
import type { SessionSigning } from "../signing/session-signer.ts";
import { readHostAuthor, resolveSandboxGit } from "./sandbox-git.ts";
import { type PolicyOptions, resolveSessionPolicy, type SessionPolicy } from "./session-policy.ts";
import { mapRegistryAddresses, readUpstreamCa } from "./upstream-settings.ts";
import type { UpstreamSettings } from "./upstream-settings.ts";

/** What a command line says of a session, however it's begun. */
export interface SessionOptions extends PolicyOptions {
  /** `--vault`, in order */
  readonly vault: readonly string[];
  /** `--sign NAME`, or false for `--no-sign` */
  readonly sign?: string | false;
  /** `--connect-to HOST:PORT:ADDR:PORT` */
  readonly connectTo: readonly string[];
  /** Files of `--upstream-ca` */
  readonly upstreamCa: readonly string[];
}

/** The user and the machine that a session is begun by, and what it will write in. */
export type SessionHost = VaultContext & ChosenFileRules;

/** What a session may do, whichever way it's begun: decided once, from flags, project file and preferences. */
export interface SessionPlan extends SessionPolicy {
  /** In the order in which their credentials are taken */
  readonly vaults: readonly OpenVault[];
  readonly git: SandboxGit & { readonly signing?: SessionSigning };
  readonly upstream: UpstreamSettings;
}

/**
 * Reads once what decides a session: project file, policy, preferences, registries, vaults, the key that signs.
 * @throws VaultboxError of each of them
 */
export async function readSessionPlan(
  options: SessionOptions,
  host: SessionHost,
): Promise<SessionPlan> {
  const policy = await resolveSessionPolicy(options, host);
  const { env } = host;
  const [vaults, hostAuthor, mapped, upstreamCa] = await Promise.all([
    openSessionVaults(options.vault, policy, host),
    readHostAuthor(env),
    mapRegistryAddresses(policy.registries, { env }),
    readUpstreamCa(options.upstreamCa, host),
  ]);
  const connectTo = [...options.connectTo, ...policy.preferences.connectTo, ...mapped];
  return {
    ...policy,
    vaults,
    git: resolveSandboxGit(options.sign, { plan: policy, vaults, hostAuthor }),
    upstream: { connectTo, upstreamCa, env },
  };
}

type VaultSettings = Pick<SessionPolicy, "projectFile" | "preferences">;

/**
 * Opens the vaults whose credentials a session may use: those of `--vault`, else the project file's, else the
 * preferences'; when all of them say nothing, the default one. Who says `[]` says: none.
 * @throws VaultboxError as `openVaults`
 */
export async function openSessionVaults(
  flags: readonly string[],
  settings: VaultSettings,
  context: VaultContext,
): Promise<readonly OpenVault[]> {
  const names = chooseVaults(flags, settings);
  return names?.length === 0 ? [] : openVaults(names ?? [], context);
}

/** Undefined when nobody says which. */
export function chooseVaults(
  flags: readonly string[],
  { projectFile, preferences }: VaultSettings,
): readonly string[] | undefined {
  if (flags.length > 0) return flags;
  const { vaults } = projectFile?.project ?? {};
  if (vaults !== undefined) return vaults;
  return preferences.vaults.length > 0 || preferences.usesNoVault ? preferences.vaults : undefined;
}
