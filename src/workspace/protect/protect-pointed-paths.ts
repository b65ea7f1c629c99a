import { join } from "node:path";
import type { Names } from "../../base/fs/beneath.ts";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { unsafe } from "../unsafe-workspace.ts";
import { findInnermost, toNames, toRealPath, toWays } from "../host-path.ts";
import { isProgram } from "../git-dir/pointed/tree-names.ts";
import { type PointedKind, type PointedPath } from "../git-dir/pointed/pointed-paths.ts";
import { isNearPackages } from "../scan/installed-packages.ts";
import { isAroundRepository } from "./limit-matches.ts";
import { mountReadOnly, kindOf, type MountDraft, note } from "./mount-draft.ts";

/** What git itself writes in a repository's folder (gitrepository-layout(5)). */
const writtenByGit =
  /^(?:index|refs|logs|objects|packed-refs|shallow|worktrees|modules|rebase-.*|sequencer|BISECT_.*|(?:.*_)?(?:HEAD|MSG|EDITMSG)|.*\.lock)$/;
/** What is made where nothing is, so that it can be protected */
const wanted: Readonly<Partial<Record<PointedKind, "folder" | "file">>> = {
  hooks: "folder",
  settings: "file",
};

/**
 * Protects what settings and hooks name in the tree, and in the folders of repositories.
 * @param drafts of all that the sandbox can write in
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when it names the work tree itself, or a folder with the repository in it
 */
export function protectPointedPaths(
  draft: MountDraft,
  pointed: readonly PointedPath[],
  drafts: readonly MountDraft[],
): void {
  for (const one of pointed) {
    const names = toNames(draft.root.source, one.path);
    const isGitFolder = names?.includes(".git") === true || draft.root.kind === "repository";
    if (names === undefined || (isGitFolder && isReadOnly(draft, names))) continue;
    if (names.length === 0) {
      if (one.kind === "hooks") throw coversRepository(draft.root.source);
      if (one.kind === "matchFolder") noteMatches(draft, ".");
    } else if (one.kind === "file" && isGitFolder && isWrittenByGit(names)) {
      if (one.by !== "hook")
        note(draft, `${quoted(names.join("/"))} is named by git's settings, and git writes it`);
    } else if (one.by !== "hook" || isHookProgram(draft, names, one)) {
      protect(draft, names, one.kind);
      if (one.kind === "hooks") protectLinked(draft, names, drafts);
    }
  }
}

/**
 * Protects what links in a folder of hooks lead to, in whichever root: the hooks themselves.
 * @param drafts of all that the sandbox can write in
 */
export function protectLinked(
  draft: MountDraft,
  names: Names,
  drafts: readonly MountDraft[],
): void {
  using folder = draft.root.folder.openPath(names);
  for (const { name, kind } of folder?.entries() ?? []) {
    const path = kind === "link" ? toRealPath(join(draft.root.source, ...names, name)) : undefined;
    const around =
      path === undefined ? undefined : findInnermost(drafts, path, ({ root }) => root.source);
    const end = path && around && toNames(around.root.source, path);
    if (!around || !end || end.length === 0 || isReadOnly(around, end)) continue;
    protect(around, end, "file");
  }
}

/**
 * Whether a word of a hook's text is protected: it also has words for files that package managers and editors write, and
 * installed packages are replaced as a whole.
 */
function isHookProgram(draft: MountDraft, names: Names, one: PointedPath): boolean {
  if (isNearPackages(names)) return false;
  using folder = draft.root.folder.openPath(names.slice(0, -1));
  return (
    one.kind !== "file" || (folder !== undefined && isProgram(folder, names.at(-1) ?? "", one))
  );
}

/** Of a repository's folder: its configuration, the hooks that git has by itself, and what is in there. */
function isReadOnly(draft: MountDraft, names: Names): boolean {
  return toWays(names).some(
    (key) => draft.copies.has(key) || draft.own.get(key)?.readOnly === true,
  );
}

/** A file of git's own among the words of a command: read-only, it would keep git from its work. */
function isWrittenByGit(names: Names): boolean {
  return writtenByGit.test(names[names.lastIndexOf(".git") + 1] ?? "");
}

function protect(draft: MountDraft, names: Names, pointed: PointedKind): void {
  for (let length = 1; length <= names.length; length++) {
    const part = names.slice(0, length);
    const kind = kindOf(draft, part);
    const isLast = length === names.length;
    if (kind === undefined) {
      const made = wanted[pointed];
      if (made === undefined) return;
      mountReadOnly(draft, part, isLast ? made : "folder");
      return;
    }
    if (kind === "link") return noteLink(draft, part);
    if (isLast) mountAgain(draft, part, { kind: kind === "folder" ? "folder" : "file", pointed });
  }
}

function mountAgain(
  draft: MountDraft,
  names: Names,
  { kind, pointed }: { readonly kind: "folder" | "file"; readonly pointed: PointedKind },
): void {
  // A folder among the words of a command is an argument; the folder of hooks, and the one around it, are not
  const isFolder = pointed === "hooks" || pointed === "programs" || pointed === "matchFolder";
  if (kind === "folder" && !isFolder) return;
  if (kind === "folder" && isAroundRepository(draft, names)) {
    if (pointed !== "matchFolder") throw coversRepository(join(draft.root.source, ...names));
    return noteMatches(draft, names.join("/"));
  }
  mountReadOnly(draft, names, kind);
}

function noteLink(draft: MountDraft, names: Names): void {
  note(
    draft,
    `${quoted(names.join("/"))} is a symbolic link that git's settings lead through; it isn't protected`,
  );
}

function noteMatches(draft: MountDraft, path: string): void {
  note(
    draft,
    `a command of git's settings or hooks takes programs by a pattern in ${quoted(path)}: new ones are looked at when the run ends`,
  );
}

function coversRepository(path: string): VaultboxError {
  return unsafe(
    `cannot protect the hooks: core.hooksPath is ${quoted(path)}, which has the repository in it`,
    "give the hooks a folder of their own: git config core.hooksPath .githooks",
  );
}
