import { tmpdir } from "node:os";
import { toAgentPackage } from "../agents/agent-profile.ts";
import { given } from "../base/given.ts";
import type { Engine } from "../engine/engine.ts";
import type { RelayImage } from "../sandbox/start-relay.ts";
import type { RunHost, RunRequest } from "./plan/run-request.ts";

/** The relay's image, whether it was built or not. @throws VaultboxError VBX_IMAGE_BUILD_FAILED, VBX_CONFIG_INVALID */
export async function findRelayImage(env: NodeJS.ProcessEnv): Promise<RelayImage> {
  const { relayCommand, resolveRelayImage } = await import("../engine/image/relay-image.ts");
  return { tag: (await resolveRelayImage(env)).tag, command: relayCommand };
}

type ImageHost = Pick<RunHost, "env" | "openBuildReporter">;

/** The relay's image, built when it's missing. */
export async function buildRelayImage(engine: Engine, host: ImageHost): Promise<RelayImage> {
  const { ensureRelayImage, relayCommand } = await import("../engine/image/relay-image.ts");
  using reporter = await host.openBuildReporter();
  const { onProgress } = reporter;
  const options = { env: host.env, lockFolder: tmpdir(), onProgress };
  return { tag: await ensureRelayImage(engine, options), command: relayCommand };
}

/** The tag of the image that was asked for, or that the agent needs; built or pulled when it's missing. */
export async function ensureAgentImage(
  engine: Engine,
  { image, plan }: RunRequest,
  host: ImageHost,
): Promise<string> {
  const { ensureSessionImage } = await import("../engine/image/session-image.ts");
  using reporter = await host.openBuildReporter();
  const { onProgress } = reporter;
  const wish = { ...given({ image: image.from, agent: toAgentPackage(plan.agent) }), tools: image };
  return await ensureSessionImage(engine, wish, {
    env: host.env,
    lockFolder: tmpdir(),
    onProgress,
  });
}
