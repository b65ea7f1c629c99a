import { orNothing, type Folder } from "../../../files/beneath.ts";

/** How a folder is opened whose mode keeps its owner out. */
export interface Opening {
  /** Only one that changed after this, `ns`: an older one is as its owner wants it */
  readonly since: bigint;
  /** Called when its owner was given the rights */
  readonly onOpened: () => void;
}

/**
 * Opens a folder in another one.
 * @param opening undefined: no folder's mode is changed
 * @returns undefined when it's gone
 * @throws Error of the system
 */
export function openInner(
  folder: Folder,
  name: string,
  opening: Opening | undefined,
): Folder | undefined {
  const facts = opening && folder.facts(name);
  if (opening === undefined || facts?.kind !== "folder") return folder.open(name);
  const isOpen = (facts.mode & 0o700) === 0o700;
  if (isOpen || facts.changedAt < opening.since) return folder.open(name);
  // Somebody else's stays as it is
  const opened = orNothing(() => folder.openUp(name));
  if (opened === undefined) return folder.open(name);
  opening.onOpened();
  return opened;
}
