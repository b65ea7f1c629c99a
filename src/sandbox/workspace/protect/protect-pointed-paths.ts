import { join } from "node:path";
import { VaultboxError } from "../../../errors.ts";
import { quoted } from "../../../printable.ts";
import { toNames } from "../host-path.ts";
import { mountReadOnly, kindOf, type MountDraft } from "./mount-draft.ts";
import type { PointedPath } from "./pointed-paths.ts";

/**
 * Protects what git's configuration names in the tree.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when it names the work tree itself, or a folder with the repository in it
 */
export function protectPointedPaths(draft: MountDraft, pointed: readonly PointedPath[]): void {
  for (const one of pointed) {
    const names = toNames(draft.path, one.path);
    if (names === undefined || names.includes(".git")) continue;
    if (names.length === 0) {
      if (one.wanted === "folder") throw coversRepository(draft.path);
      continue;
    }
    protect(draft, names, one);
  }
}

function protect(draft: MountDraft, names: readonly string[], one: PointedPath): void {
  for (let length = 1; length <= names.length; length++) {
    const part = names.slice(0, length);
    const kind = kindOf(draft, part);
    const isLast = length === names.length;
    if (kind === undefined) {
      if (one.wanted === undefined) return;
      mountReadOnly(draft, part, isLast ? one.wanted : "folder");
      return;
    }
    if (kind === "link") {
      draft.notes.push(
        `${quoted(part.join("/"))} is a symbolic link that git's settings lead through; it isn't protected`,
      );
      return;
    }
    if (!isLast) continue;
    // A folder among the words of a command is an argument; the folder of hooks, and the one around it, are not
    if (kind === "folder" && one.wanted !== "folder" && !one.isFolder) return;
    const isAround = [...draft.own.keys()].some((key) => key.startsWith(`${part.join("/")}/`));
    if (kind === "folder" && isAround && containsGit(draft, part))
      throw coversRepository(join(draft.path, ...part));
    mountReadOnly(draft, part, kind === "folder" ? "folder" : "file");
  }
}

function containsGit(draft: MountDraft, names: readonly string[]): boolean {
  const prefix = `${names.join("/")}/`;
  return [...draft.copies.keys()].some((key) => key.startsWith(prefix));
}

function coversRepository(path: string): VaultboxError {
  return new VaultboxError(
    "VBX_WORKSPACE_UNSAFE",
    `cannot protect the hooks: core.hooksPath is ${quoted(path)}, which has the repository in it`,
    { hints: ["give the hooks a folder of their own: git config core.hooksPath .githooks"] },
  );
}
