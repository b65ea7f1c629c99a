import { hash } from "node:crypto";
import type { ImageStep } from "../engine.ts";

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
