import { setImmediate as nextTurn } from "node:timers/promises";
import { isSystemError, type Folder } from "../../../files/beneath.ts";
import { sliceMs, startLimits, type WalkLimits } from "./walk.ts";

/** Sockets, pipes and devices of a folder that is in the sandbox, and what couldn't be looked into for them. */
export interface SpecialFiles {
  /** Names from the folder */
  readonly special: readonly (readonly string[])[];
  readonly unlisted: readonly (readonly string[])[];
  /** False when a limit ended the search */
  readonly complete: boolean;
}

/** Looks for special files in a folder that nothing else is asked about: a mount, or a repository outside the workspace. */
export async function findSpecialFiles(root: Folder): Promise<SpecialFiles> {
  return await findSpecialBelow(root, [[]], startLimits);
}

/**
 * Looks for special files in folders beneath a root, by their paths, in a third of the time that a walk takes: packages
 * have more files than all the rest. What a link led it to on the way isn't beneath the root, and isn't returned.
 */
export async function findSpecialBelow(
  root: Folder,
  folders: readonly (readonly string[])[],
  { maxEntries, maxMs }: WalkLimits,
): Promise<SpecialFiles> {
  const special: (readonly string[])[] = [];
  const unlisted: (readonly string[])[] = [];
  const open = [...folders];
  const started = performance.now();
  let sliceEnds = started + sliceMs;
  let entries = 0;
  for (let names = open.pop(); names !== undefined; names = open.pop()) {
    const listed = root.entriesBelow(names);
    if (listed === undefined && isThere(root, names, "folder")) unlisted.push(names);
    for (const { name, kind } of listed ?? []) {
      if (kind === "folder") open.push([...names, name]);
      else if (kind === "other" && isThere(root, [...names, name], "other"))
        special.push([...names, name]);
    }
    entries += listed?.length ?? 0;
    const now = performance.now();
    if (entries > maxEntries || now - started > maxMs)
      return { special, unlisted, complete: false };
    if (now > sliceEnds) {
      await nextTurn();
      sliceEnds = performance.now() + sliceMs;
    }
  }
  return { special, unlisted, complete: true };
}

/** By a way without links. What can't be looked at may be. */
function isThere(root: Folder, names: readonly string[], kind: "folder" | "other"): boolean {
  try {
    using parent = root.openPath(names.slice(0, -1));
    return parent?.facts(names.at(-1) ?? "")?.kind === kind;
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}
