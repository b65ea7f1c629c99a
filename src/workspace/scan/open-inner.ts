import { isSystemError, orNothing, type Folder, type OwnFacts } from "../../base/fs/beneath.ts";

/** How a folder is opened whose mode keeps its owner out. */
export interface Opening {
  /** Only one that changed after this, `ns`: an older one is as its owner wants it */
  readonly since: bigint;
  /** Called when its owner was given the rights */
  readonly onOpened: () => void;
}

/** A folder that is open, and what it was by itself then. */
export interface OpenedFolder extends Disposable {
  readonly folder: Folder;
  readonly own: OwnFacts;
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
): OpenedFolder | undefined {
  let inner: Folder | undefined;
  try {
    inner = folder.open(name);
  } catch (error) {
    if (opening === undefined || !isSystemError(error)) throw error;
    inner = openUp(folder, name, opening);
    return inner && toOpened(inner, inner.own());
  }
  if (inner === undefined) return undefined;
  const own = inner.own();
  const isOpen =
    opening === undefined || letsIn(own.mode) || inner.ownFacts().changedAt < opening.since;
  // Somebody else's stays as it is
  if (isOpen || !inner.allowOwner()) return toOpened(inner, own);
  opening.onOpened();
  return toOpened(inner, inner.own());
}

function toOpened(folder: Folder, own: OwnFacts): OpenedFolder {
  return { folder, own, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Opens a folder that this program isn't let into either. @throws Error of the system */
function openUp(folder: Folder, name: string, opening: Opening): Folder | undefined {
  const facts = folder.facts(name);
  const isAsWanted =
    facts?.kind !== "folder" || letsIn(facts.mode) || facts.changedAt < opening.since;
  const opened = isAsWanted ? undefined : orNothing(() => folder.openUp(name));
  if (opened === undefined) return folder.open(name);
  opening.onOpened();
  return opened;
}

function letsIn(mode: number): boolean {
  return (mode & 0o700) === 0o700;
}
