import type { Engine } from "../engine.ts";
import { isInUse } from "../engine-error.ts";
import { toAgentLayer, type AgentPackage } from "./agent-image.ts";
import { resolveBaseImage, toDebianNodeTag } from "./base-image.ts";
import { listVaultboxImages, type BuiltImage } from "./list-images.ts";
import { resolveRelayImage } from "./relay-image.ts";

/** A build that is still going on may need an image that has no name yet, in milliseconds. */
const longestBuildMs = 2 * 3_600_000;

/** Names of what was removed, and of what a container still uses. */
export interface RemovedImages {
  readonly removed: readonly string[];
  readonly used: readonly string[];
}

/**
 * Removes the images that vaultbox built, but those that a run of this version without own images or tools would use:
 * the base with what it stands on, the relay, and agents on the base. A run that needs another one builds it again.
 * @throws VaultboxError VBX_ENGINE_FAILED
 */
export async function removeImages(
  engine: Engine,
  agents: readonly AgentPackage[],
  env: NodeJS.ProcessEnv,
): Promise<RemovedImages> {
  const [base, relay] = await Promise.all([resolveBaseImage(env), resolveRelayImage(env)]);
  const layers = await Promise.all(agents.map((agent) => toAgentLayer(agent, base.tag)));
  const debian = base.kind === "debian" ? [toDebianNodeTag(base.recipe)] : [];
  const kept = new Set([base.tag, ...debian, relay.tag, ...layers.map(({ tag }) => tag)]);
  const { images } = await listVaultboxImages(engine);
  const old = new Date(Date.now() - longestBuildMs).toISOString();
  const isOld = ({ kind, createdAt }: BuiltImage): boolean => kind !== "unnamed" || createdAt < old;
  const gone = images.filter((image) => !kept.has(image.tag) && isOld(image));
  return await removeEach(
    gone.map(({ tag }) => tag),
    engine.removeImage,
  );
}

/**
 * Removes images or volumes, those that a container uses excepted.
 * @param names what stands on another one before it
 * @throws VaultboxError VBX_ENGINE_FAILED
 */
export async function removeEach(
  names: readonly string[],
  remove: (name: string) => Promise<void>,
): Promise<RemovedImages> {
  const removed: string[] = [];
  const used: string[] = [];
  for (const name of names) {
    try {
      await remove(name);
      removed.push(name);
    } catch (error) {
      if (!isInUse(error)) throw error;
      used.push(name);
    }
  }
  return { removed, used };
}
