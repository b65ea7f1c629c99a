import { orNothing, type Folder } from "../../../files/beneath.ts";
import type { Entry } from "../../../files/entry-facts.ts";
import { openInner } from "./open-inner.ts";

/** Folders within folders */
const maxDepth = 400;

/**
 * Whether a file is a program that runs as its owner or group, whoever starts it.
 * @param since when it changed at the earliest, `ns`
 */
export function hasOwnerRights(folder: Folder, { name, kind }: Entry, since: bigint): boolean {
  if (kind !== "file" || (folder.mode(name) & 0o6000) === 0) return false;
  const facts = folder.facts(name);
  return facts !== undefined && facts.changedAt >= since;
}

/** All such programs of a folder, at any depth; a repository's folder isn't walked through for anything else. */
export function listOwnerRights(
  folder: Folder,
  names: readonly string[],
  since: bigint,
): readonly (readonly string[])[] {
  if (names.length > maxDepth) return [];
  return folder.entries().flatMap((entry) => {
    const own = [...names, entry.name];
    if (hasOwnerRights(folder, entry, since)) return [own];
    if (entry.kind !== "folder") return [];
    using inner = orNothing(() => openInner(folder, entry.name, () => undefined));
    return inner === undefined ? [] : listOwnerRights(inner, own, since);
  });
}
