import { inFolderOf, isSystemError, type Folder } from "../../base/fs/beneath.ts";
import { toNames } from "../host-path.ts";
import { startedKind, toState } from "../git-dir/pointed/named-executables.ts";
import type { Scan } from "../scan/scan.ts";
import type { Found } from "./found.ts";
import type { OpenDanger } from "./open-dangers.ts";

/** Adds to what was found in a root what an earlier run could not hold there: by its times it's older than this run. */
export function withOpenDangers(
  { root, scan }: Found,
  open: readonly OpenDanger[],
  protect: "default" | "none",
): Scan {
  const closed = [...scan.closed];
  const ownerRights = [...scan.ownerRights];
  const executables = new Map(scan.executables);
  const known = new Set([...closed, ...ownerRights].map((names) => names.join("/")));
  for (const { place, kind } of open) {
    const names = toNames(root.source, place);
    if (names === undefined || known.has(names.join("/"))) continue;
    if (kind === "folder" && isClosed(root.folder, names)) closed.push(names);
    if (kind === "program" && hasOwnerRights(root.folder, names)) ownerRights.push(names);
    // Otherwise git's settings say whether it is still one
    if (kind === "started" && protect === "none") {
      const state = readState(root.folder, names);
      if (state !== undefined) executables.set(names.join("/"), { kind: startedKind, state });
    }
  }
  return { ...scan, closed, ownerRights, executables };
}

function isClosed(root: Folder, names: readonly string[]): boolean {
  try {
    using folder = root.openPath(names);
    folder?.entries();
    return false;
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}

function readState(root: Folder, names: readonly string[]): string | undefined {
  return inFolderOf(root, names, (around, name) => toState(around, name));
}

function hasOwnerRights(root: Folder, names: readonly string[]): boolean {
  const mode = inFolderOf(root, names, (around, name) => around.mode(name)) ?? 0;
  return (mode & 0o6000) !== 0;
}
