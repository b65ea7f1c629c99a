import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import type { AgentProfile } from "./agent-profile.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";

/** Any command: nothing is installed, seeded or allowed for it. */
export const generic: AgentProfile = {
  name: "generic",
  summary: "any command, with what the image has",
  npmPackage: undefined,
  executable: undefined,
  detects: () => true,
  presets: [],
  rules: [],
  login: undefined,
  env: {},
  homeFiles: () => [],
  machineFiles: () => [],
  transcripts: undefined,
};

/** All profiles; the last one takes any command. */
export const agentProfiles: readonly AgentProfile[] = [claude, codex, generic];

/**
 * The profile for a command: the one named by `--agent`, or the first that knows the command.
 * @throws VaultboxError VBX_USAGE
 */
export function selectAgent(command: readonly string[], explicit?: string): AgentProfile {
  if (explicit === undefined) {
    return agentProfiles.find((profile) => profile.detects(command)) ?? generic;
  }
  const named = agentProfiles.find((profile) => profile.name === explicit);
  if (named !== undefined) return named;
  const names = agentProfiles.map((profile) => profile.name).join(", ");
  throw new VaultboxError("VBX_USAGE", `there is no agent called ${quoted(explicit)}`, {
    hints: [`agents: ${names}`],
  });
}
