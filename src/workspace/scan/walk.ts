import {
  isSystemError,
  type Folder,
  type OwnFacts,
  type Names,
  orNothing,
} from "../../base/fs/beneath.ts";
import type { Entry } from "../../base/fs/entry-facts.ts";
import { isTooDeep, type ScanBudget } from "../scan-budget.ts";
import { readFolder } from "../read-folder.ts";

/** A folder that a walk is in. */
export interface Place {
  /** Names from the root; empty for the root itself */
  readonly names: Names;
  readonly folder: Folder;
  /** As it was when it was opened */
  readonly own: OwnFacts;
  readonly entries: readonly Entry[];
}

/** An entry of a folder that a walk is in. */
export interface FoundEntry {
  readonly folder: Folder;
  readonly entry: Entry;
  /** Names from the root to the entry itself */
  readonly names: Names;
}

interface WalkOptions {
  /** Called for every folder, outer ones first; what it opens it closes */
  readonly visit: (place: Place) => Promise<void>;
  /** Called for a folder that can't be looked into */
  readonly onClosed?: (place: Place, name: string) => void;
  /** Called for a folder that the walk doesn't go on into because it's too deep */
  readonly onDeep?: (place: Place, name: string) => void;
  /** How folders are opened that their modes keep closed; undefined: they aren't */
  readonly opening?: (place: Place, name: string) => Opening;
  /** Whether the walk goes on into a folder */
  readonly enters: (place: Place, name: string) => boolean;
  readonly budget: ScanBudget;
}

/**
 * Goes through a tree without following a link, also into what is mounted in it, which is in the sandbox as well. The
 * work is done in slices, so that the process answers meanwhile.
 */
export async function walk(root: Folder, options: WalkOptions): Promise<void> {
  const { budget } = options;
  const step = async (folder: Folder, names: Names): Promise<void> => {
    const own = folder.own();
    const place = { names, folder, own, entries: await readFolder(folder, budget, own.size) };
    await options.visit(place);
    for (const { name } of place.entries.filter(({ kind }) => kind === "folder")) {
      if (budget.isDue() && !(await budget.turn())) return;
      if (!options.enters(place, name)) continue;
      const path = [...names, name];
      if (isTooDeep(path)) {
        options.onDeep?.(place, name);
        continue;
      }
      try {
        using inner = openInner(folder, name, options.opening?.(place, name));
        if (inner !== undefined) await step(inner, path);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        options.onClosed?.(place, name);
      }
    }
  };
  await step(root, []);
}

/** How a folder is opened whose mode keeps its owner out. */
interface Opening {
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
  if (opening === undefined) return folder.open(name);
  let inner: Folder | undefined;
  try {
    inner = folder.open(name);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return openUp(folder, name, opening);
  }
  if (inner === undefined || letsIn(inner.own().mode)) return inner;
  // Somebody else's stays as it is
  if (inner.ownFacts().changedAt >= opening.since && inner.allowOwner()) opening.onOpened();
  return inner;
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
