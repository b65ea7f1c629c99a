import { isVaultboxError } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import { hasStatus } from "../engine-error.ts";
import { toAgentLayer, type AgentPackage } from "./agent-image.ts";
import { resolveBaseImage } from "./base-image.ts";
import { listVaultboxImages } from "./list-images.ts";
import { resolveRelayImage } from "./relay-image.ts";

/** Tags of what was removed, and of what a container still uses. */
export interface RemovedImages {
  readonly removed: readonly string[];
  readonly used: readonly string[];
}

/**
 * Removes the images that vaultbox built, but those that a run of this version without own images or tools would use:
 * the base, the relay, and agents on the base. A run that needs another one builds it again.
 * @throws VaultboxError VBX_ENGINE_FAILED
 */
export async function removeImages(
  engine: Engine,
  agents: readonly AgentPackage[],
  env: NodeJS.ProcessEnv,
): Promise<RemovedImages> {
  const [base, relay] = await Promise.all([resolveBaseImage(env), resolveRelayImage(env)]);
  const layers = await Promise.all(agents.map((agent) => toAgentLayer(agent, base.tag)));
  const kept = new Set([base.tag, relay.tag, ...layers.map(({ tag }) => tag)]);
  const others = (await listVaultboxImages(engine)).filter(({ tag }) => !kept.has(tag));
  const removed: string[] = [];
  const used: string[] = [];
  // Newest first: what stands on another one goes before it
  for (const { tag } of others) {
    try {
      await engine.removeImage(tag);
      removed.push(tag);
    } catch (error) {
      if (!isVaultboxError(error, "VBX_ENGINE_FAILED") || !hasStatus(error.cause, 409)) throw error;
      used.push(tag);
    }
  }
  return { removed, used };
}
