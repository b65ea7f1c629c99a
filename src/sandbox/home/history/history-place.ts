import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Paths } from "../../../base/paths.ts";
import { inState } from "../../../base/state-folder.ts";

/** Where the conversations of all projects are kept, in a folder for each. */
export function toHistoryFolder(paths: Paths): string {
  return inState(paths.state, "history");
}

/**
 * Name of a project's folder: a workspace, and the user whom its sandboxes run as, since what another one owns is none of
 * this one's transcripts.
 */
export function toHistoryName(workspace: string, uid: number): string {
  const text = `${workspace}\0${uid}`;
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

export function isHistoryName(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

/** In a project's folder: which one it is. */
export const historyFactsName = "project.json";
/** How the name of a folder begins that couldn't be swept and isn't mounted any more. */
export const asidePrefix = "aside-";

/** Held while a history is opened or removed. */
export function toHistoryLock(paths: Paths, name: string): string {
  return join(toHistoryFolder(paths), `${name}.lock`);
}

/** The real path of a project's folder, which must be there. */
export async function readHistoryPath(paths: Paths, name: string): Promise<string> {
  return join(await realpath(toHistoryFolder(paths)), name);
}
