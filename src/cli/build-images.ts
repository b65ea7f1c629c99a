import { agentProfiles } from "../agents/select-agent.ts";
import { resolvePaths } from "../config/paths.ts";
import { connectEngine } from "../docker/connect-engine.ts";
import type { AgentPackage } from "../docker/image/agent-image.ts";
import { ensureAgentImage } from "../docker/image/agent-image.ts";
import { ensureBaseImage } from "../docker/image/base-image.ts";
import { ensureRelayImage } from "../docker/image/relay-image.ts";
import { VaultboxError } from "../errors.ts";
import { quoted } from "../printable.ts";
import { openBuildReporter } from "./build-progress.ts";

/** Which images `image build` makes. */
export interface ImageWish {
  readonly agents: readonly string[];
  readonly rebuild: boolean;
}

/**
 * Builds the base, the relay and the named agents, and gives their tags.
 * @throws VaultboxError VBX_USAGE, VBX_ENGINE_UNREACHABLE, VBX_IMAGE_BUILD_FAILED
 */
export async function buildImages(wish: ImageWish): Promise<readonly string[]> {
  const agents = wish.agents.map(findAgent);
  const engine = await connectEngine(process.env);
  using reporter = openBuildReporter({ everyLine: true });
  const options = {
    env: process.env,
    stateFolder: resolvePaths().state,
    onProgress: reporter.onProgress,
    rebuild: wish.rebuild,
  };
  const tags = [await ensureBaseImage(engine, options), await ensureRelayImage(engine, options)];
  for (const agent of agents) tags.push(await ensureAgentImage(engine, agent, options));
  return tags;
}

function findAgent(name: string): AgentPackage {
  const known = agentProfiles.flatMap(({ name: agent, npmPackage }) =>
    npmPackage === undefined ? [] : [{ name: agent, npmPackage }],
  );
  const found = known.find((agent) => agent.name === name);
  if (found !== undefined) return found;
  throw new VaultboxError(
    "VBX_USAGE",
    `cannot build an image: no agent is called ${quoted(name)}`,
    {
      hints: [`agents with an image of their own: ${known.map((agent) => agent.name).join(", ")}`],
    },
  );
}
