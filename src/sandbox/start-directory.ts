import { statSync } from "node:fs";
import { isNameUtf8 } from "../base/fs/name-text.ts";
import { contains } from "../base/fs/path-steps.ts";
import { orNothing } from "../base/fs/beneath.ts";
import { readRealPath } from "../base/fs/real-path.ts";
import type { SandboxUser } from "./sandbox-user.ts";

/** Search permission of a folder for its owner; for the group and others it's further right. */
const searchBit = 0o100;

/**
 * Where the command starts: in the current folder when the sandbox has it, so that `--workspace TOP` changes what is
 * mounted and not where one is; otherwise at the workspace's top.
 * @param workspace real path
 * @param covered paths in the sandbox where something else is shown, such as a hidden folder
 */
export function toStartDirectory(
  workspace: string,
  sandboxUser: Pick<SandboxUser, "uid" | "gid">,
  covered: readonly string[],
): string {
  // It may have been removed
  const current = orNothing(() => readRealPath("."));
  if (current === undefined || !contains(workspace, current) || !isNameUtf8(current)) {
    return workspace;
  }
  const isShown = !covered.some((path) => path !== workspace && contains(path, current));
  const around = toFoldersTo(workspace, current);
  return isShown && around.every((path) => isOpenTo(sandboxUser, path)) ? current : workspace;
}

/** Folders in the workspace on the way, with the last one. */
function toFoldersTo(workspace: string, path: string): readonly string[] {
  const names = path
    .slice(workspace.length)
    .split("/")
    .filter((name) => name !== "");
  const base = workspace === "/" ? "" : workspace;
  return names.map((_, index) => [base, ...names.slice(0, index + 1)].join("/"));
}

/** The container's first program goes there with the rights of the sandbox's user alone. */
function isOpenTo({ uid, gid }: Pick<SandboxUser, "uid" | "gid">, path: string): boolean {
  const facts = orNothing(() => statSync(path));
  if (facts === undefined) return false;
  const shift = facts.uid === uid ? 0 : facts.gid === gid ? 3 : 6;
  return (facts.mode & (searchBit >> shift)) !== 0;
}
