import { label } from "../labels.ts";
import type { Engine } from "../engine.ts";

/** An image that vaultbox built. */
export interface BuiltImage {
  readonly tag: string;
  readonly kind: "base" | "relay" | "agent";
  /** `name@version` of the agent's npm package */
  readonly agentPackage?: string;
  readonly id: string;
  readonly sizeBytes: number;
  readonly createdAt: string;
}

const kindOfRepository = /^vaultbox\/(base|relay|agent)(?:-[^:]+)?:/;

/** The tagged images of this engine that carry vaultbox's label, newest first. */
export async function listVaultboxImages(engine: Engine): Promise<readonly BuiltImage[]> {
  const images = await engine.listImages(label.image);
  return images
    .flatMap(({ tags, labels, id, sizeBytes, createdAt }) =>
      tags.flatMap((tag) => {
        const kind = kindOfRepository.exec(tag)?.[1] as BuiltImage["kind"] | undefined;
        if (kind === undefined) return [];
        const agentPackage = kind === "agent" ? labels[label.agentPackage] : undefined;
        const own = agentPackage === undefined ? {} : { agentPackage };
        return [{ tag, kind, ...own, id, sizeBytes, createdAt }];
      }),
    )
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}
