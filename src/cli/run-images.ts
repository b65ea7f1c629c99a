import { given } from "../base/given.ts";
import { tmpdir } from "node:os";
import type { AgentProfile } from "../agents/agent-profile.ts";
import type { Engine } from "../engine/engine.ts";
import type { ImageSettings } from "../policy/image-settings.ts";
import type { RelayImage } from "../sandbox/start-relay.ts";
import { toAgentPackage } from "./agent-package.ts";
import { openBuildReporter } from "./build-progress.ts";

/** The relay's image, built when it's missing. */
export async function buildRelayImage(engine: Engine): Promise<RelayImage> {
  const { ensureRelayImage, relayCommand } = await import("../engine/image/relay-image.ts");
  using reporter = openBuildReporter({ everyLine: false });
  const { onProgress } = reporter;
  const options = { env: process.env, lockFolder: tmpdir(), onProgress };
  return { tag: await ensureRelayImage(engine, options), command: relayCommand };
}

/** The image that was asked for, or that the agent needs; built or pulled when it's missing. */
export async function resolveAgentImage(
  engine: Engine,
  { image, agent }: { readonly image: ImageSettings; readonly agent: AgentProfile },
): Promise<string> {
  const { ensureSessionImage } = await import("../engine/image/session-image.ts");
  using reporter = openBuildReporter({ everyLine: false });
  const { onProgress } = reporter;
  const options = { env: process.env, lockFolder: tmpdir(), onProgress };
  const agentPackage = toAgentPackage(agent);
  const wish = {
    ...given({ image: image.from, agent: agentPackage }),
    tools: image,
  };
  return await ensureSessionImage(engine, wish, options);
}
