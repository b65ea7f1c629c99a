import type { AgentProfile } from "../agents/agent-profile.ts";
import type { Engine } from "../docker/engine.ts";
import type { ImageOptions } from "../docker/image/image-request.ts";
import type { Paths } from "../config/paths.ts";
import { isVaultboxError, VaultboxError } from "../errors.ts";
import type { RelayImage } from "../sandbox/start-relay.ts";
import { openBuildReporter } from "./build-progress.ts";

/** The relay's image, built when it's missing. */
export async function buildRelayImage(engine: Engine, paths: Paths): Promise<RelayImage> {
  const { ensureRelayImage, relayCommand } = await import("../docker/image/relay-image.ts");
  using reporter = openBuildReporter({ everyLine: false });
  const { onProgress } = reporter;
  const options = { env: process.env, stateFolder: paths.state, onProgress };
  return { tag: await ensureRelayImage(engine, options), command: relayCommand };
}

/** The image that was asked for, or that the agent needs; built or pulled when it's missing. */
export async function resolveAgentImage(
  engine: Engine,
  wanted: { readonly image: string | undefined; readonly agent: AgentProfile },
  paths: Paths,
): Promise<string> {
  using reporter = openBuildReporter({ everyLine: false });
  const { onProgress } = reporter;
  const options = { env: process.env, stateFolder: paths.state, onProgress };
  return await ensureRunImage(engine, wanted, options);
}

async function ensureRunImage(
  engine: Engine,
  { image, agent }: { readonly image: string | undefined; readonly agent: AgentProfile },
  options: ImageOptions,
): Promise<string> {
  if (image !== undefined) return ensurePulled(engine, image, options);
  const { npmPackage } = agent;
  if (npmPackage === undefined) {
    const { ensureBaseImage } = await import("../docker/image/base-image.ts");
    return ensureBaseImage(engine, options);
  }
  const { ensureAgentImage } = await import("../docker/image/agent-image.ts");
  return ensureAgentImage(engine, { name: agent.name, npmPackage }, options);
}

/** As docker run does: an image that isn't there is pulled. */
async function ensurePulled(engine: Engine, image: string, options: ImageOptions): Promise<string> {
  if ((await engine.inspectImage(image)) === undefined) await pull(engine, image, options);
  return image;
}

/** @throws VaultboxError VBX_IMAGE_MISSING */
async function pull(engine: Engine, image: string, { onProgress }: ImageOptions): Promise<void> {
  const step = `pulling the image ${image}`;
  try {
    onProgress({ step, line: "" });
    await engine.pullImage(image, (line) => onProgress({ step, line }));
  } catch (error) {
    if (!isVaultboxError(error, "VBX_ENGINE_FAILED")) throw error;
    throw new VaultboxError("VBX_IMAGE_MISSING", error.message, {
      hints: [
        "check its name; docker images lists those that this engine has",
        "without --image, vaultbox builds and uses its own",
      ],
      cause: error,
    });
  }
}
