import type { Engine } from "../engine.ts";
import type { AgentPackage } from "./agent-image.ts";
import type { ImageOptions } from "./image-request.ts";
import type { Tools } from "./tool-image.ts";

/** What the image of a session is made of. */
export interface ImageWish {
  /** An image of the user's own, in the place of vaultbox's base */
  readonly image?: string;
  /** Undefined: no agent is added */
  readonly agent?: AgentPackage;
  readonly tools: Tools;
}

/**
 * The image of a session, its layers built or pulled when they're missing: the base or the user's image, the agent on
 * it, and the tools on top. Each layer that is there costs one inspection.
 * @throws VaultboxError VBX_IMAGE_BUILD_FAILED, VBX_IMAGE_MISSING, VBX_CONFIG_INVALID, VBX_USAGE
 */
export async function ensureSessionImage(
  engine: Engine,
  { image, agent, tools }: ImageWish,
  options: ImageOptions,
): Promise<string> {
  const { ensureBaseImage } = await import("./base-image.ts");
  // The base is rebuilt only where it's asked for by itself
  const kept = { ...options, rebuild: false };
  const hasTools = tools.packages.length + tools.npm.length > 0;
  const { findOwnImage } = await import("./own-image.ts");
  const own = image === undefined ? undefined : await findOwnImage(engine, image, options);
  const flags = [
    ...(image === undefined ? [] : ["--image", image]),
    ...(agent === undefined ? [] : ["--agent", agent.name]),
  ];
  const toGround = async (): Promise<string> => {
    if (agent !== undefined) {
      const { ensureAgentImage } = await import("./agent-image.ts");
      return await ensureAgentImage(engine, agent, options, own);
    }
    return own?.name ?? (await ensureBaseImage(engine, kept));
  };
  const tag = await toGround();
  if (!hasTools) return tag;
  const { ensureToolImage } = await import("./tool-image.ts");
  const nodeFrom = own === undefined ? undefined : await ensureBaseImage(engine, kept);
  return await ensureToolImage(engine, { tag, flags, nodeFrom }, tools, options);
}
