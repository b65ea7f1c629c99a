import { Readable } from "node:stream";
import { label } from "../labels.ts";
import { toTar } from "../tar.ts";
import type { Engine } from "../engine.ts";
import { ensureBaseImage } from "./base-image.ts";
import { ensureImage } from "./ensure-image.ts";
import { readCaFile, readNpmRegistry, resolveNpmVersion, toProxyArgs } from "./host-network.ts";
import { readAgentRecipe, toTagHash } from "./image-recipe.ts";
import type { ImageOptions } from "./image-request.ts";

/** An agent that npm installs. */
export interface AgentPackage {
  /** Short name, part of the tag: `claude` */
  readonly name: string;
  readonly npmPackage: {
    readonly name: string;
    /** Version, range or dist-tag */
    readonly version: string;
    /** Whether the package's own install scripts must run, in the build's container, for it to start */
    readonly installScripts: boolean;
  };
}

/**
 * The tag of the image with an agent, built if it is missing. A range or dist-tag is resolved when it's built and
 * stays at that; `rebuild` resolves it again.
 * @throws VaultboxError VBX_IMAGE_BUILD_FAILED
 */
export async function ensureAgentImage(
  engine: Engine,
  agent: AgentPackage,
  options: ImageOptions,
): Promise<string> {
  const [base, recipe] = await Promise.all([
    // A rebuild of an agent keeps the base it stands on
    ensureBaseImage(engine, { ...options, rebuild: false }),
    readAgentRecipe(),
  ]);
  const { name, version: range, installScripts } = agent.npmPackage;
  const hash = toTagHash(recipe, [base, name, range, String(installScripts)]);
  const tag = `vaultbox/agent-${agent.name}:${hash}`;
  const build = async (onProgress: ImageOptions["onProgress"]) => {
    const [version, registry, caFile] = await Promise.all([
      resolveNpmVersion(`${name}@${range}`, options.env),
      readNpmRegistry(options.env),
      readCaFile(options.env),
    ]);
    const exact = `${name}@${version}`;
    await using _stage = { [Symbol.asyncDispose]: () => removeStage(engine, hash) };
    await engine.buildImage({
      context: Readable.from([toTar([...recipe, ...caFile])]),
      dockerfile: "agent.Dockerfile",
      tag,
      buildArgs: {
        BASE: base,
        NPM_PACKAGE: exact,
        NPM_REGISTRY: registry,
        NPM_OPTIONS: installScripts ? "" : "--ignore-scripts",
        STAGE: hash,
        ...toProxyArgs(options.env),
      },
      labels: { [label.image]: hash, [label.agentPackage]: exact },
      onLine: (line) => onProgress({ step: `installing ${exact}`, line }),
    });
  };
  await ensureImage(engine, { tag, what: `the image of ${agent.name}`, build }, options);
  return tag;
}

/** The classic builder leaves the image of the install stage behind, as big as the agent. */
async function removeStage(engine: Engine, hash: string): Promise<void> {
  const stages = await engine.listImages(`${label.buildStage}=${hash}`);
  for (const stage of stages) await engine.removeImage(stage.id);
}
