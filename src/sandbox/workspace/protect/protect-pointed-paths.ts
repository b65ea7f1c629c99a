import { join } from "node:path";
import { VaultboxError } from "../../../errors.ts";
import { quoted } from "../../../printable.ts";
import { followInside, toNames } from "../host-path.ts";
import { mountReadOnly, kindOf, type MountDraft } from "./mount-draft.ts";
import type { PointedPath } from "./pointed-paths.ts";

/** What git itself writes in a repository's folder (gitrepository-layout(5)). */
const writtenByGit =
  /^(?:index|refs|logs|objects|packed-refs|shallow|worktrees|modules|rebase-.*|sequencer|BISECT_.*|(?:.*_)?(?:HEAD|MSG|EDITMSG)|.*\.lock)$/;

/**
 * Protects what git's configuration names in the tree, and in the folders of repositories.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when it names the work tree itself, or a folder with the repository in it
 */
export function protectPointedPaths(draft: MountDraft, pointed: readonly PointedPath[]): void {
  for (const one of pointed) {
    const names = toNames(draft.path, one.path);
    // A draft that shows itself again is the folder of a repository elsewhere
    const isGitFolder = names?.includes(".git") === true || draft.own.has("");
    if (names === undefined || (isGitFolder && isReadOnly(draft, names))) continue;
    if (names.length === 0) {
      if (one.wanted === "folder") throw coversRepository(draft.path);
    } else if (one.wanted === undefined && isGitFolder && isWrittenByGit(names)) {
      draft.notes.push(`${quoted(names.join("/"))} is named by git's settings, and git writes it`);
    } else {
      protect(draft, names, one);
      if (one.wanted === "folder") protectLinked(draft, names);
    }
  }
}

/** What links in a folder of hooks lead to, in the tree: the hooks themselves. */
export function protectLinked(draft: MountDraft, names: readonly string[]): void {
  using folder = draft.root.openPath(names);
  for (const { name, kind } of folder?.entries() ?? []) {
    const path = kind === "link" ? folder?.readLink(name) : undefined;
    const end = path === undefined ? undefined : followInside(draft.path, { from: names, path });
    if (end === undefined || end.length === 0 || isReadOnly(draft, end)) continue;
    protect(draft, end, { path: join(draft.path, ...end), wanted: undefined, isFolder: false });
  }
}

/** Of a repository's folder: its configuration, the hooks that git has by itself, and what is in there. */
function isReadOnly(draft: MountDraft, names: readonly string[]): boolean {
  return names.some((_, index) => {
    const key = names.slice(0, index + 1).join("/");
    return draft.copies.has(key) || draft.own.get(key)?.readOnly === true;
  });
}

/** A file of git's own among the words of a command: read-only, it would keep git from its work. */
function isWrittenByGit(names: readonly string[]): boolean {
  return writtenByGit.test(names[names.lastIndexOf(".git") + 1] ?? "");
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
