import type { OpenRoot } from "../../roots/mounted-root.ts";
import { findInTrees } from "./tracked-files.ts";
import type { WorkTrees } from "./work-trees.ts";

// A mask can't be changed by git in the sandbox: it's a mount. What git checks out over it, or adds from it, would be a
// commit that has lost the content. So git there is told to take each of them for what its index has, and to add none.

/** What is hidden of a work tree. */
export interface FrozenTree {
  /** In the sandbox */
  readonly gitDirectory: string;
  /** Paths from the work tree, of files and folders */
  readonly paths: readonly string[];
}

export function toFrozenTrees(
  frozen: readonly { readonly root: OpenRoot; readonly names: readonly string[] }[],
  trees: WorkTrees,
): readonly FrozenTree[] {
  const byTree = new Map<string, string[]>();
  for (const { root, names } of frozen) {
    for (const place of findInTrees(trees, root, names)) {
      const paths = byTree.get(place.tree.gitDirectory) ?? [];
      paths.push(place.names.join("/"));
      byTree.set(place.tree.gitDirectory, paths);
    }
  }
  return [...byTree].map(([gitDirectory, paths]) => ({ gitDirectory, paths }));
}
