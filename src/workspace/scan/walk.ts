import { isSystemError, type Folder, type OwnFacts, type Names } from "../../base/fs/beneath.ts";
import type { Entry } from "../../base/fs/entry-facts.ts";
import { isTooDeep, type ScanBudget } from "../scan-budget.ts";
import { readFolder } from "../read-folder.ts";
import { openInner, type OpenedFolder, type Opening } from "./open-inner.ts";

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

export interface WalkOptions {
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
  const step = async (
    { folder, own }: Omit<OpenedFolder, typeof Symbol.dispose>,
    names: Names,
  ): Promise<void> => {
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
  await step({ folder: root, own: root.own() }, []);
}
