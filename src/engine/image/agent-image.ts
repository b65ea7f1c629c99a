import { label } from "../labels.ts";
import type { Engine } from "../engine.ts";
import { ensureBaseImage } from "./base-image.ts";
import { ensureImage } from "./ensure-image.ts";
import { resolveNpmVersion } from "./host-network.ts";
import type { ImageOptions } from "./image-request.ts";
import { buildLayer, hashLayer } from "./layer.ts";
import type { Ground, Layer, LayerContent } from "./layer.ts";
import type { OwnImage } from "./own-image.ts";

/** An agent that npm installs. */
export interface AgentPackage {
  /** Short name, part of the tag: `claude` */
  readonly name: string;
  /** Program that starts it; an image that has it is left as it is */
  readonly executable: string;
  readonly npmPackage: {
    readonly name: string;
    /** Version, range or dist-tag */
    readonly version: string;
    /** Whether the package's own install scripts must run, in the build's container, for it to start */
    readonly installScripts: boolean;
  };
}

/** What agents work with, beside Node.js: Claude Code runs commands in bash, and both use git. */
const agentPrograms = ["bash", "git"];

/** What the image of an agent is, on the base or an image of the user's own, whether it exists or not. */
export async function toAgentLayer(
  agent: AgentPackage,
  base: string,
  own?: OwnImage,
): Promise<Omit<Layer, "labels" | "step">> {
  const { name, version, installScripts } = agent.npmPackage;
  const content: LayerContent = {
    packages: [],
    programs: agentPrograms,
    npm: [`${name}@${version}`],
    installScripts,
    target: "/opt/agent",
    ...(own === undefined ? {} : { unless: agent.executable }),
  };
  const ground: Ground =
    own === undefined
      ? { reference: base, user: "" }
      : { reference: own.id, user: own.user, nodeFrom: base };
  const hash = await hashLayer(content, [ground.reference]);
  return { ground, content, hash, tag: `vaultbox/agent-${agent.name}:${hash}` };
}

/**
 * The tag of the image with an agent, built if it is missing: on the base, or on an image of the user's own. A range or
 * dist-tag is resolved when it's built and stays at that; `rebuild` resolves it again.
 * @throws VaultboxError VBX_IMAGE_BUILD_FAILED
 */
export async function ensureAgentImage(
  engine: Engine,
  agent: AgentPackage,
  options: ImageOptions,
  own?: OwnImage,
): Promise<string> {
  // A rebuild of an agent keeps the base it stands on
  const base = await ensureBaseImage(engine, { ...options, rebuild: false });
  const layer = await toAgentLayer(agent, base, own);
  const { name, version: range } = agent.npmPackage;
  const build = async (onProgress: ImageOptions["onProgress"]) => {
    const { env } = options;
    const version = await resolveNpmVersion(`${name}@${range}`, { env, onProgress });
    const exact = `${name}@${version}`;
    const content = { ...layer.content, npm: [exact] };
    const labels = { [label.agentPackage]: exact };
    const step = `installing ${exact}`;
    await buildLayer(engine, { ...layer, content, labels, step }, { ...options, onProgress });
  };
  const what = `the image of ${agent.name}${own === undefined ? "" : ` on ${own.name}`}`;
  const flags = [...(own === undefined ? [] : ["--image", own.name]), "--agent", agent.name];
  const first = `looking up ${name}@${range}`;
  await ensureImage(engine, { tag: layer.tag, what, step: first, flags, build }, options);
  return layer.tag;
}
