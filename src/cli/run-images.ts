import type { AgentProfile } from "../agents/agent-profile.ts";
import type { Engine } from "../docker/engine.ts";
import type { ImageOptions } from "../docker/image/image-request.ts";
import type { Paths } from "../config/paths.ts";
import { isVaultboxError, VaultboxError } from "../errors.ts";
import type { RunImages } from "../sandbox/run-request.ts";
import { openBuildReporter } from "./build-progress.ts";

/** The images of a run: the relay's, and the one that was asked for or that the agent needs; built when missing. */
export async function resolveRunImages(
  engine: Engine,
  wanted: { readonly image: string | undefined; readonly agent: AgentProfile },
  paths: Paths,
): Promise<RunImages> {
  const { ensureRelayImage, relayCommand } = await import("../docker/image/relay-image.ts");
  using reporter = openBuildReporter({ everyLine: false });
  const { onProgress } = reporter;
  const options = { env: process.env, stateFolder: paths.state, onProgress };
  const relay = await ensureRelayImage(engine, options);
  const relayImage = { tag: relay, command: relayCommand };
  return { relay: relayImage, agent: await ensureRunImage(engine, wanted, options) };
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
