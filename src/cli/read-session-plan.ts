import { mapRegistryAddresses } from "../session/registry-access.ts";
import type { SessionPlan } from "../session/session-plan.ts";
import type { Paths } from "../base/paths.ts";
import {
  resolveSessionPolicy,
  toChosenFileRules,
  type SessionPolicy,
  type SessionPolicyOptions,
} from "./session-policy.ts";
import { readHostAuthor, resolveSandboxGit } from "./session-signing.ts";
import { openSessionVaults } from "./session-vaults.ts";
import { readUpstreamCa } from "./upstream-ca.ts";
import type { UpstreamFlags } from "./upstream-options.ts";

/** The flags of every command that begins a session, beside those of its policy. */
export interface SessionFlags extends UpstreamFlags {
  readonly vault: readonly string[];
  /** `--sign NAME`, or false for `--no-sign` */
  readonly sign?: string | false;
}

/**
 * Reads once what decides a session, however it's begun: project file, policy, preferences, registries, vaults, the key that
 * signs.
 * @throws VaultboxError of each of them
 */
export async function readSessionPlan(
  flags: SessionFlags,
  options: SessionPolicyOptions,
  paths: Paths,
): Promise<SessionPlan & SessionPolicy> {
  const policy = await resolveSessionPolicy(options, paths);
  const [vaults, hostAuthor, mapped, upstreamCa] = await Promise.all([
    openSessionVaults(flags.vault, policy),
    readHostAuthor(),
    mapRegistryAddresses(policy.registries, { env: process.env }),
    readUpstreamCa(flags.upstreamCa, toChosenFileRules(options, paths)),
  ]);
  const connectTo = [...flags.connectTo, ...policy.preferences.connectTo, ...mapped];
  return {
    ...policy,
    vaults,
    git: resolveSandboxGit(flags.sign, { plan: policy, vaults, hostAuthor }),
    upstream: { connectTo, upstreamCa, env: process.env },
  };
}
