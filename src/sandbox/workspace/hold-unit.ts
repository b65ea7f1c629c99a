import { toText, type Folder } from "../../files/beneath.ts";
import type { RepositoryUnit } from "./repository-unit.ts";

/** What git doesn't look for, beside what it was. */
export const heldSuffix = ".vaultbox-held";
const maxNames = 100;

/**
 * Takes a repository out of git's sight by renaming it, where it lies. A bare one keeps its place and loses its HEAD,
 * without which it's no repository.
 * @returns the name it has now, as a path from the workspace; undefined when it could not be renamed
 */
export function holdUnit(root: Folder, { names, shape }: RepositoryUnit): string | undefined {
  return holdPlace(root, shape === "bare" ? [...names, headOf(root, names)] : names);
}

/** The same for anything. */
export function holdPlace(root: Folder, own: readonly string[]): string | undefined {
  using parent = root.openPath(own.slice(0, -1));
  const name = own.at(-1);
  if (parent === undefined || name === undefined) return undefined;
  for (let count = 1; count <= maxNames; count++) {
    const held = `${name}${heldSuffix}${count === 1 ? "" : `-${count}`}`;
    if (parent.facts(held) !== undefined) continue;
    try {
      parent.rename(name, held);
    } catch {
      // Gone, or not ours to rename: the caller says that it's still there
      return undefined;
    }
    return [...own.slice(0, -1), held].join("/");
  }
  return undefined;
}

function headOf(root: Folder, names: readonly string[]): string {
  using folder = root.openPath(names);
  const entry = folder?.entries().find(({ name }) => toText(name).toLowerCase() === "head");
  return entry === undefined ? "HEAD" : toText(entry.name);
}
