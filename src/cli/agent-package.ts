import type { AgentProfile } from "../agents/agent-profile.ts";
import type { AgentPackage } from "../engine/image/agent-image.ts";

/** What an agent's image layer is made of; undefined for an agent that is whatever the image has. */
export function toAgentPackage({
  name,
  executable,
  npmPackage,
}: AgentProfile): AgentPackage | undefined {
  if (npmPackage === undefined || executable === undefined) return undefined;
  return { name, executable, npmPackage };
}
