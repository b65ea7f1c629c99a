import { setTimeout as sleep } from "node:timers/promises";
import { VaultboxError } from "../../base/errors.ts";
import { readProxyVariables } from "../../base/proxy-variables.ts";
import { formatDuration } from "../../base/units.ts";
import { label } from "../labels.ts";
import type { Engine } from "../engine.ts";
import { buildDebianNode, canBuildDebianNode, nodeMajor } from "./debian-node.ts";
import { ensureImage } from "./ensure-image.ts";
import { readNetworkFiles } from "./host-network.ts";
import { debianNodeRepository, readBaseRecipe, toTagHash } from "./image-recipe.ts";
import type { ImageRecipe } from "./image-recipe.ts";
import type { ImageOptions } from "./image-request.ts";
import { pullImage } from "./own-image.ts";

/** Node's own image, for machines that reach an image registry */
const publishedBase = `node:${nodeMajor}-bookworm-slim`;
/** How long the pull may take, in milliseconds */
const pullTimeoutMs = 10 * 60_000;

const withoutRegistry =
  "without an image registry, on Debian or Ubuntu as root: apt-get install mmdebstrap, then VAULTBOX_BASE=debian vaultbox image build";

/** Where the base comes from: an image registry, or the machine's own package sources. */
type BaseKind = "published" | "debian";

/**
 * The tag of the base image, built if it is missing. `VAULTBOX_BASE` is `published` or `debian`; unset, a machine that
 * has mmdebstrap and root builds from its own package sources, any other one pulls.
 * @throws VaultboxError VBX_IMAGE_BUILD_FAILED, VBX_CONFIG_INVALID
 */
export async function ensureBaseImage(engine: Engine, options: ImageOptions): Promise<string> {
  const { recipe, kind, hash, tag } = await resolveBaseImage(options.env);
  const build = async (onProgress: ImageOptions["onProgress"]) => {
    const within = { ...options, onProgress };
    const base =
      kind === "debian"
        ? await ensureDebianNode(engine, recipe, within)
        : await pullPublished(engine, within);
    const files = [...recipe.files, ...(await readNetworkFiles(options.env))];
    await engine.buildImage({
      files,
      tag,
      buildArgs: { BASE: base, ...readProxyVariables(options.env) },
      labels: { [label.image]: hash },
      onLine: (line) => onProgress({ step: "building the base image", line }),
    });
  };
  const step = "making the base image: once, in some minutes";
  const otherHints = kind === "published" ? [withoutRegistry] : [];
  const what = "the base image";
  await ensureImage(engine, { tag, what, step, flags: [], otherHints, build }, options);
  return tag;
}

/** What the base image is here and now, whether it exists or not. */
export async function resolveBaseImage(
  env: NodeJS.ProcessEnv,
): Promise<{ recipe: ImageRecipe; kind: BaseKind; hash: string; tag: string }> {
  const [recipe, kind] = await Promise.all([readBaseRecipe(), resolveKind(env)]);
  const hash = toTagHash(recipe.files, [`node ${nodeMajor}`, kind]);
  return { recipe, kind, hash, tag: `vaultbox/base:${hash}` };
}

/** The tag of what a base of Debian's packages stands on. */
export function toDebianNodeTag({ packages }: Pick<ImageRecipe, "packages">): string {
  return `${debianNodeRepository}:${toTagHash([], [`node ${nodeMajor}`, ...packages])}`;
}

async function resolveKind(env: NodeJS.ProcessEnv): Promise<BaseKind> {
  const wanted = env["VAULTBOX_BASE"];
  if (wanted === "published" || wanted === "debian") return wanted;
  if (wanted !== undefined && wanted !== "") {
    throw new VaultboxError(
      "VBX_CONFIG_INVALID",
      'cannot choose a base image: VAULTBOX_BASE is neither "published" nor "debian"',
    );
  }
  return (await canBuildDebianNode(env)) ? "debian" : "published";
}

async function ensureDebianNode(
  engine: Engine,
  recipe: ImageRecipe,
  options: ImageOptions,
): Promise<string> {
  if (!(await canBuildDebianNode(options.env))) {
    throw new VaultboxError(
      "VBX_IMAGE_BUILD_FAILED",
      "cannot build the base image from Debian's packages: that needs root and mmdebstrap",
      {
        hints: [
          "as root: apt-get install mmdebstrap",
          "or pull the published base: VAULTBOX_BASE=published",
        ],
      },
    );
  }
  const tag = toDebianNodeTag(recipe);
  const build = (onProgress: ImageOptions["onProgress"]) =>
    buildDebianNode(engine, { tag, packages: recipe.packages, env: options.env, onProgress });
  const step = `fetching Node.js ${nodeMajor}`;
  await ensureImage(engine, { tag, what: "the Debian base", step, flags: [], build }, options);
  return tag;
}

async function pullPublished(engine: Engine, options: ImageOptions): Promise<string> {
  const late = sleep(pullTimeoutMs, undefined, { ref: false }).then(() => {
    throw new Error(`it took longer than ${formatDuration(pullTimeoutMs)}`);
  });
  try {
    await Promise.race([pullImage(engine, publishedBase, options.onProgress), late]);
  } catch (error) {
    // An earlier pull serves as well: the registry may be out of reach only now
    if ((await engine.inspectImage(publishedBase)) === undefined) throw error;
  }
  return publishedBase;
}
