import { setImmediate as nextTurn } from "node:timers/promises";
import { isSystemError, type Folder } from "../../../files/beneath.ts";
import type { Entry } from "../../../files/entry-facts.ts";
import { openInner } from "./open-inner.ts";

/** A folder that a walk is in. */
export interface Place {
  /** Names from the root; empty for the root itself */
  readonly names: readonly string[];
  readonly folder: Folder;
  readonly entries: readonly Entry[];
}

/** An entry of a folder that a walk is in. */
export interface FoundEntry {
  readonly folder: Folder;
  readonly entry: Entry;
  /** Names from the root to the entry itself */
  readonly names: readonly string[];
}

/** Where a walk ends. */
export interface WalkLimits {
  /** Entries after which it ends */
  readonly maxEntries: number;
  /** `ms` after which it ends */
  readonly maxMs: number;
}

/** The start waits for this; the largest trees that people work in have fewer files, packages included. */
export const startLimits: WalkLimits = { maxEntries: 5_000_000, maxMs: 30_000 };

export interface WalkOptions extends WalkLimits {
  /** Called for every folder, outer ones first; what it opens it closes */
  readonly visit: (place: Place) => void;
  /** Called for a folder that can't be looked into */
  readonly onClosed: (place: Place, name: string) => void;
  /** Called for a folder that the walk doesn't go on into because it's too deep */
  readonly onDeep: (place: Place, name: string) => void;
  /** Whether the owner is given the rights to a folder that its mode keeps back, to look into it; called when that was done */
  readonly onOpened?: (place: Place, name: string) => void;
  /** Whether the walk goes on into a folder */
  readonly enters: (place: Place, name: string) => boolean;
}

export interface WalkResult {
  readonly entries: number;
  /** False when a limit ended it, or something was too deep */
  readonly complete: boolean;
}

/** Folders within folders; each level holds a descriptor. */
const maxDepth = 200;
/** How long the process does nothing else, `ms`. */
export const sliceMs = 15;

/**
 * Goes through a tree without following a link, also into what is mounted in it, which is in the sandbox as well. The
 * work is done in slices, so that the process answers meanwhile.
 */
export async function walk(root: Folder, options: WalkOptions): Promise<WalkResult> {
  const started = performance.now();
  const state = { entries: 0, complete: true, sliceEnds: started + sliceMs };
  const step = async (folder: Folder, names: readonly string[]): Promise<void> => {
    const place = { names, folder, entries: folder.entries() };
    state.entries += place.entries.length;
    options.visit(place);
    const now = performance.now();
    if (now > state.sliceEnds) {
      await nextTurn();
      state.sliceEnds = performance.now() + sliceMs;
    }
    for (const { name, kind } of place.entries) {
      if (kind !== "folder" || !options.enters(place, name)) continue;
      if (state.entries > options.maxEntries || now - started > options.maxMs) {
        state.complete = false;
        return;
      }
      if (names.length >= maxDepth) {
        state.complete = false;
        options.onDeep(place, name);
        continue;
      }
      try {
        using inner = openInner(
          folder,
          name,
          options.onOpened && (() => options.onOpened?.(place, name)),
        );
        if (inner !== undefined) await step(inner, [...names, name]);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        options.onClosed(place, name);
      }
    }
  };
  await step(root, []);
  return { entries: state.entries, complete: state.complete };
}
