import { orNothing, type Folder } from "../../../files/beneath.ts";

/**
 * Opens a folder in another one, also when its mode keeps its owner out: then the owner is given the rights first.
 * @param onOpened called when that was needed; undefined: nothing is changed
 * @returns undefined when it's gone
 * @throws Error of the system
 */
export function openInner(
  folder: Folder,
  name: string,
  onOpened: (() => void) | undefined,
): Folder | undefined {
  const facts = onOpened && folder.facts(name);
  if (facts?.kind !== "folder" || (facts.mode & 0o700) === 0o700) return folder.open(name);
  // Somebody else's stays as it is
  const opened = orNothing(() => folder.openUp(name));
  if (opened === undefined) return folder.open(name);
  onOpened?.();
  return opened;
}
