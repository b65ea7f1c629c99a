import { given } from "../../base/given.ts";
import type { Engine, ImageFacts, ImageStep } from "../engine.ts";
import { label } from "../labels.ts";
import { debianNodeRepository } from "./image-recipe.ts";
import { compareText } from "../../base/text-order.ts";
import { hash } from "node:crypto";

/** An image that vaultbox built. */
export interface BuiltImage {
  /** Of one that has no name any more, its id, shortened as docker shows it */
  readonly tag: string;
  /** `debian-node` is beneath a base of Debian's packages; `unnamed`: a build made another one of its name, or was killed */
  readonly kind: "debian-node" | "base" | "relay" | "agent" | "tools" | "unnamed";
  /** `name@version` of the agent's npm package; of tools, where they stand on one, too */
  readonly agentPackage?: string;
  /** What a layer of tools adds: `gh, golang, npm pnpm` */
  readonly tools?: string;
  readonly id: string;
  readonly sizeBytes: number;
  /** What no other one of them has, `bytes` */
  readonly ownBytes: number;
  readonly createdAt: string;
}

/** Those of one engine. */
export interface BuiltImages {
  /** Newest first, so that what stands on another one comes before it */
  readonly images: readonly BuiltImage[];
  /** Of all, what they share counted once, `bytes` */
  readonly bytes: number;
}

/** An image of the engine, and how it was built. */
export interface ImageFound {
  readonly facts: ImageFacts;
  readonly steps: readonly ImageStep[];
}

/** Podman writes the name of a registry before ours; a tag is a content hash (`toTagHash`). */
const ownTag =
  /^(?:docker\.io\/)?(vaultbox\/(?:(debian-node|base|relay|tools)|(agent)-[^:/]+):[0-9a-f]{12})$/;

/** Those that vaultbox built on this engine, by their names and labels. */
export async function listVaultboxImages(engine: Engine): Promise<BuiltImages> {
  const lists = await Promise.all([
    engine.listImages({ label: label.image }),
    engine.listImages({ label: label.buildStage }),
    engine.listImages({ reference: debianNodeRepository }),
  ]);
  const byId = new Map(lists.flat().map((facts) => [facts.id, facts]));
  const found = await Promise.all(
    [...byId.values()].map(async (facts) => ({
      facts,
      steps: await engine.listImageSteps(facts.id),
    })),
  );
  return toBuiltImages(found);
}

/** An image that the user built on one of ours has its labels too, and is none of them. */
export function toBuiltImages(found: readonly ImageFound[]): BuiltImages {
  const own = found.flatMap((image) => {
    const names = toNames(image);
    return names.length === 0 ? [] : [{ ...image, names }];
  });
  const use = measureImages(new Map(own.map(({ facts, steps }) => [facts.id, steps])));
  const images = own.flatMap(({ facts, names }) => {
    const { id, sizeBytes, createdAt } = facts;
    const ownBytes = use.own.get(id) ?? sizeBytes;
    const more = { id, sizeBytes, ownBytes, createdAt };
    return names.map(({ tag, kind }) => ({ tag, kind, ...toContent(kind, facts), ...more }));
  });
  images.sort((a, b) => compareText(b.createdAt, a.createdAt));
  return { images, bytes: use.bytes };
}

function toNames({ facts, steps }: ImageFound): readonly Pick<BuiltImage, "tag" | "kind">[] {
  const { id, tags, labels } = facts;
  if (tags.length === 0) {
    // The label is the last thing that our builds add; what the user builds on it adds something after it
    const isBuilt = steps.at(-1)?.command.includes(label.image) === true;
    const isOurs = isBuilt || labels[label.buildStage] !== undefined;
    return isOurs ? [{ tag: id.replace(/^sha256:/, "").slice(0, 12), kind: "unnamed" }] : [];
  }
  return tags.flatMap((name) => {
    const [, tag = "", repository, agent] = ownTag.exec(name) ?? [];
    const kind = (repository ?? agent) as BuiltImage["kind"] | undefined;
    return kind === undefined ? [] : [{ tag, kind }];
  });
}

/** A layer on a layer has the labels of both. */
function toContent(
  kind: BuiltImage["kind"],
  { labels }: ImageFacts,
): Pick<BuiltImage, "agentPackage" | "tools"> {
  const agentPackage = kind === "base" ? undefined : labels[label.agentPackage];
  const tools = kind === "tools" || kind === "unnamed" ? labels[label.tools] : undefined;
  return {
    ...given({ agentPackage, tools }),
  };
}

/** What images take on the engine's disk. */
export interface ImageUse {
  /** All together, what they share counted once, `bytes` */
  readonly bytes: number;
  /** By id: what no other one of them has, `bytes` */
  readonly own: ReadonlyMap<string, number>;
}

/** A step of a build, after the same steps before it. */
interface Node {
  readonly sizeBytes: number;
  /** How many images have it */
  count: number;
}

/**
 * Images share a layer that the same steps made. Told from the steps and not from the layers' digests, because an engine
 * gives the sizes of the ones only.
 * @param images their steps by id, the first one first
 */
export function measureImages(images: ReadonlyMap<string, readonly ImageStep[]>): ImageUse {
  const nodes = new Map<string, Node>();
  const paths = new Map([...images].map(([id, steps]) => [id, toPath(steps, nodes)]));
  for (const path of paths.values()) for (const node of path) node.count += 1;
  const sum = (path: readonly Node[]): number =>
    path.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const own = [...paths].map(
    ([id, path]) => [id, sum(path.filter(({ count }) => count === 1))] as const,
  );
  return { bytes: sum([...nodes.values()]), own: new Map(own) };
}

function toPath(steps: readonly ImageStep[], nodes: Map<string, Node>): readonly Node[] {
  let key = "";
  return steps.map(({ createdAt, command, sizeBytes }) => {
    key = hash("sha256", JSON.stringify([key, createdAt, command, sizeBytes]));
    const node = nodes.get(key) ?? { sizeBytes, count: 0 };
    nodes.set(key, node);
    return node;
  });
}
