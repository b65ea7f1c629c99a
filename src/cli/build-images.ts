import { given } from "../base/given.ts";
import { tmpdir } from "node:os";
import { agentProfiles } from "../agents/select-agent.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import type { AgentPackage } from "../engine/image/agent-image.ts";
import { ensureBaseImage } from "../engine/image/base-image.ts";
import { ensureRelayImage } from "../engine/image/relay-image.ts";
import { ensureSessionImage } from "../engine/image/session-image.ts";
import { VaultboxError } from "../base/errors.ts";
import type { ImageSettings } from "../policy/image-settings.ts";
import { quoted } from "../base/printable.ts";
import { toAgentPackage } from "../agents/agent-profile.ts";
import { openBuildReporter } from "./build-progress.ts";

/** Which images `image build` makes. */
export interface BuildWish {
  readonly agents: readonly string[];
  readonly image: ImageSettings;
  readonly rebuild: boolean;
}

/**
 * Builds the base, the relay, and the image of each named agent with the tools, or one with the tools alone, and gives
 * their tags.
 * @throws VaultboxError VBX_USAGE, VBX_ENGINE_UNREACHABLE, VBX_IMAGE_BUILD_FAILED, VBX_IMAGE_MISSING
 */
export async function buildImages({
  image,
  rebuild,
  ...wish
}: BuildWish): Promise<readonly string[]> {
  const agents = wish.agents.map(findAgent);
  const engine = await connectEngine(process.env);
  using reporter = openBuildReporter({ everyLine: true });
  const options = {
    env: process.env,
    lockFolder: tmpdir(),
    onProgress: reporter.onProgress,
    rebuild,
  };
  const tags = [await ensureBaseImage(engine, options), await ensureRelayImage(engine, options)];
  const hasTools = image.packages.length + image.npm.length > 0;
  if (agents.length === 0 && !hasTools && image.from === undefined) return tags;
  for (const agent of agents.length === 0 ? [undefined] : agents) {
    const parts = {
      ...given({ image: image.from, agent }),
      tools: image,
    };
    tags.push(await ensureSessionImage(engine, parts, options));
  }
  return tags;
}

function findAgent(name: string): AgentPackage {
  const known = agentProfiles.flatMap((profile) => toAgentPackage(profile) ?? []);
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
