import type { Engine } from "../engine.ts";
import { readProxyVariables } from "../../base/proxy-variables.ts";
import { label } from "../labels.ts";
import type { TarEntry } from "../tar.ts";
import { readNetworkFiles, readNpmRegistry } from "./host-network.ts";
import { readFailureRecipe, readLayerRecipe, toTagHash } from "./image-recipe.ts";
import type { ImageOptions } from "./image-request.ts";

/** The image that a layer is put on. */
export interface Ground {
  /** Tag, or an id */
  readonly reference: string;
  /** Its own user, as the image says it */
  readonly user: string;
  /** An image with Node.js, for one that may have none; undefined where it's known to be there */
  readonly nodeFrom?: string;
}

/** What a layer adds. */
export interface LayerContent {
  /** Packages of the distribution: `NAME` or `NAME=VERSION` */
  readonly packages: readonly string[];
  /** Programs that come by a package of the same name, where the image has none and a package manager */
  readonly programs: readonly string[];
  /** Packages for npm: `NAME`, `NAME@VERSION` */
  readonly npm: readonly string[];
  /** Whether npm packages' own install scripts run, in the build's container */
  readonly installScripts: boolean;
  /** Folder in the image for the npm packages */
  readonly target: string;
  /** A program with which the image needs nothing of it */
  readonly unless?: string;
}

/** A hash of everything that decides what a layer is, but for what package sources have that day. */
export async function hashLayer(content: LayerContent, facts: readonly string[]): Promise<string> {
  return toTagHash(await readLayerRecipe(), [JSON.stringify(content), ...facts]);
}

/**
 * Builds an image with a layer on another one, in containers of the engine that have its network, no mount and nothing
 * of the host but its CA bundle and how apt gets to its mirrors. npm installs in a stage of its own: neither the registry
 * nor the bundle stays in the image's history for it.
 * @throws VaultboxError VBX_IMAGE_BUILD_FAILED when npm's settings can't be read, VBX_ENGINE_FAILED
 */
export async function buildLayer(
  engine: Engine,
  { ground, content, ...image }: Layer,
  options: ImageOptions,
): Promise<void> {
  const { env } = options;
  const hasNpm = content.npm.length > 0;
  const [recipe, explanation, network, registry] = await Promise.all([
    readLayerRecipe(),
    readFailureRecipe(),
    readNetworkFiles(env),
    hasNpm ? readNpmRegistry(env) : "",
  ]);
  const files = [...recipe, ...explanation, ...network, ...toLists(content)];
  const dockerfile = { path: "Dockerfile", content: toDockerfile(ground, content) };
  const stage = image.hash;
  await using _stage = { [Symbol.asyncDispose]: () => removeStage(engine, stage) };
  await engine.buildImage({
    files: [dockerfile, ...files],
    tag: image.tag,
    buildArgs: {
      GROUND: ground.reference,
      ...(ground.nodeFrom === undefined ? {} : { NODE_FROM: ground.nodeFrom }),
      ...(hasNpm ? { STAGE: stage, NPM_REGISTRY: registry } : {}),
      ...(hasNpm && !content.installScripts ? { NPM_OPTIONS: "--ignore-scripts" } : {}),
      ...readProxyVariables(env),
    },
    labels: { [label.image]: image.hash, ...image.labels },
    onLine: (line) => options.onProgress({ step: image.step, line }),
  });
}

/** A layer with the image that it makes. */
export interface Layer {
  readonly ground: Ground;
  readonly content: LayerContent;
  readonly tag: string;
  readonly hash: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What the build is at, for its progress: `adding gh` */
  readonly step: string;
}

function toLists(content: LayerContent): readonly TarEntry[] {
  const { packages, programs, npm, unless } = content;
  const lists = { packages, programs, npm, unless: unless === undefined ? [] : [unless] };
  return Object.entries(lists)
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => ({ path: `${name}.txt`, content: `${lines.join("\n")}\n` }));
}

const context = "/tmp/build";
const copyContext = `COPY . ${context}/`;
/** A failure is explained where the lists of packages are still there */
const addPackages = `/bin/sh ${context}/install.sh packages ${context} || { s=$?; /bin/sh ${context}/similar-names.sh ${context}; exit $s; }`;
/** Name or number, with or without a group; an image may have been made with anything else */
const userShape = /^[\w.-]+(?::[\w.-]+)?$/;

/** Commands are in exec form: the image may have another SHELL. */
function toDockerfile(ground: Ground, { npm, target }: LayerContent): string {
  const { user, nodeFrom } = ground;
  const system = [
    "ARG GROUND",
    "ARG NODE_FROM",
    "FROM ${GROUND} AS system",
    "USER 0:0",
    copyContext,
    `RUN ["/bin/sh", "-c", "${addPackages} && rm -rf ${context}"]`,
  ];
  const end = userShape.test(user) ? [`USER ${user}`] : [];
  if (npm.length === 0) return toText([...system, ...end]);
  const from = nodeFrom === undefined ? [] : ["FROM ${NODE_FROM} AS node"];
  const bring = [
    `COPY --from=node /usr/local/bin/node ${target}/node/bin/node`,
    `COPY --from=node /usr/local/lib/node_modules/npm ${target}/node/lib/node_modules/npm`,
  ];
  return toText([
    ...system,
    ...from,
    "FROM system AS npm",
    ...["STAGE", "NPM_REGISTRY", "NPM_OPTIONS"].map((name) => `ARG ${name}`),
    `LABEL ${label.buildStage}=\${STAGE}`,
    ...(nodeFrom === undefined ? [`WORKDIR ${target}`] : bring),
    copyContext,
    `RUN ["/bin/sh", "${context}/install.sh", "npm", "${context}", "${target}"]`,
    "FROM system",
    `COPY --from=npm ${target} ${target}`,
    `RUN ["/bin/sh", "${target}/link-programs.sh", "${target}"]`,
    ...end,
  ]);
}

function toText(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

/** The classic builder leaves the image of the install stage behind, as big as what it installed. */
async function removeStage(engine: Engine, hash: string): Promise<void> {
  const stages = await engine.listImages({ label: `${label.buildStage}=${hash}` });
  for (const stage of stages) await engine.removeImage(stage.id);
}
