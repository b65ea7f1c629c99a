import { label } from "../labels.ts";
import type { Engine } from "../engine.ts";

/** An image that vaultbox built. */
export interface BuiltImage {
  readonly tag: string;
  readonly kind: "base" | "relay" | "agent" | "tools";
  /** `name@version` of the agent's npm package; of tools, where they stand on one, too */
  readonly agentPackage?: string;
  /** What a layer of tools adds: `gh, golang, npm pnpm` */
  readonly tools?: string;
  readonly id: string;
  readonly sizeBytes: number;
  readonly createdAt: string;
}

const kindOfRepository = /^vaultbox\/(base|relay|agent|tools)(?:-[^:]+)?:/;

/** The tagged images of this engine that carry vaultbox's label, newest first. */
export async function listVaultboxImages(engine: Engine): Promise<readonly BuiltImage[]> {
  const images = await engine.listImages(label.image);
  return images
    .flatMap(({ tags, labels, id, sizeBytes, createdAt }) =>
      tags.flatMap((tag) => {
        const kind = kindOfRepository.exec(tag)?.[1] as BuiltImage["kind"] | undefined;
        if (kind === undefined) return [];
        // A layer on a layer has the labels of both
        const agentPackage = kind === "base" ? undefined : labels[label.agentPackage];
        const tools = kind === "tools" ? labels[label.tools] : undefined;
        const own = {
          ...(agentPackage === undefined ? {} : { agentPackage }),
          ...(tools === undefined ? {} : { tools }),
        };
        return [{ tag, kind, ...own, id, sizeBytes, createdAt }];
      }),
    )
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}
