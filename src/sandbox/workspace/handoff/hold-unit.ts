import { randomBytes } from "node:crypto";
import type { Folder } from "../../../files/beneath.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";

/** What git doesn't look for, beside what it was. */
const heldSuffix = ".vaultbox-held";
const maxNames = 100;
const maxCounted = 10;

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
    const held = `${name}${heldSuffix}${toEnd(count)}`;
    if (parent.facts(held) !== undefined) continue;
    // Gone, or not ours to rename: the caller says that it's still there
    return rename(parent, name, held) ? [...own.slice(0, -1), held].join("/") : undefined;
  }
  return undefined;
}

/** After a few names that are taken one that nobody can have taken before. */
function toEnd(count: number): string {
  if (count === 1) return "";
  return count <= maxCounted ? `-${count}` : `-${randomBytes(8).toString("hex")}`;
}

function rename(parent: Folder, from: string, to: string): boolean {
  const attempt = (): boolean => {
    try {
      parent.rename(from, to);
      return true;
    } catch {
      return false;
    }
  };
  return attempt() || (parent.allowOwner() && attempt());
}

function headOf(root: Folder, names: readonly string[]): string {
  using folder = root.openPath(names);
  const entry = folder?.entries().find(({ name }) => name.toLowerCase() === "head");
  return entry === undefined ? "HEAD" : entry.name;
}
