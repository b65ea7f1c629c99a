import type { EntryFacts, Owner } from "../../../files/entry-facts.ts";
import type { Folder } from "../../../files/beneath.ts";

/** An entry that vaultbox puts where nothing is, so that a mount can hold the place against the sandbox. */
export interface HeldPlace {
  /** Names from the root it was made beneath */
  readonly names: readonly string[];
  readonly kind: "file" | "folder";
  readonly content: string;
}

/** What a placeholder in `.git` says: `commondir` must name a folder, and this one is `.git` itself. */
export const sameFolder = ".\n";

/** @returns whether it was made now; false when something was there */
export function makeHeldPlace(root: Folder, place: HeldPlace): boolean {
  using parent = root.openPath(place.names.slice(0, -1));
  const name = place.names.at(-1);
  if (parent === undefined || name === undefined) return false;
  const owner = toOwner(root, place.names.slice(0, -1));
  return place.kind === "file"
    ? parent.create(name, place.content, owner)
    : parent.createFolder(name, owner);
}

/** Removes a placeholder that is as it was made; what somebody has put there or written to it stays. */
export function removeHeldPlace(root: Folder, place: HeldPlace): void {
  using parent = root.openPath(place.names.slice(0, -1));
  const name = place.names.at(-1);
  if (parent === undefined || name === undefined) return;
  if (place.kind === "folder") {
    parent.remove(name, "folder");
    return;
  }
  const content = parent.read(name, Buffer.byteLength(place.content) + 1);
  if (content?.toString("utf8") === place.content) parent.remove(name, "file");
}

/** Whoever owns the folder it is made in. */
function toOwner(root: Folder, names: readonly string[]): Owner {
  const facts = factsOf(root, names);
  return { uid: facts?.uid ?? 0, gid: facts?.gid ?? 0 };
}

function factsOf(root: Folder, names: readonly string[]): EntryFacts | undefined {
  if (names.length === 0) return root.ownFacts();
  using parent = root.openPath(names.slice(0, -1));
  return parent?.facts(names.at(-1) ?? "");
}
