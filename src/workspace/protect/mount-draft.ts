import { join } from "node:path";
import type { Names } from "../../base/fs/beneath.ts";
import { VaultboxError } from "../../base/errors.ts";
import type { EntryKind, Owner } from "../../base/fs/entry-facts.ts";
import { quoted } from "../../base/printable.ts";
import { unsafe, unprotected } from "../unsafe-workspace.ts";
import { toNames } from "../host-path.ts";
import type { OpenRoot } from "../roots/mounted-root.ts";
import type { SpecialFiles } from "../scan/find-special-files.ts";
import type { ShownFolder } from "../hide/tracked/leave-tracked.ts";
import type { ShownFile } from "../hide/tracked/tracked-files.ts";
import type { WorkTrees } from "../hide/tracked/work-trees.ts";
import type { MountPoint } from "./mount-point.ts";

/** More mounts than this make every start slow, and some engines fail. */
const maxMounts = 500;
/** With what is hidden. */
const maxAllMounts = 700;
/** The rest is the user's own. */
const maxForOthers = 300;
/** With the copies of their settings; the rest is for files with secrets. */
const maxAllForOthers = 500;

/** What is shown in place of a file. */
export interface FileCopy {
  readonly content: Uint8Array;
  /** Undefined for what git doesn't have */
  readonly tracked?: ShownFile | undefined;
  /** Of a log, to which git in the sandbox goes on writing: whose it is */
  readonly logOwner?: Owner;
}

/** What is shown in place of a folder: files as git has them, nothing, or nothing but an empty `.git`. */
export type FolderCopy = ShownFolder | "folder" | "work tree";

/** Mounts over a folder that is in the sandbox, while they are being put together. Keys are names joined with `/`. */
export interface MountDraft {
  readonly root: OpenRoot;
  /** Mounts that show the same entry again */
  readonly own: Map<string, { readonly readOnly: boolean }>;
  readonly copies: Map<string, FileCopy>;
  readonly folders: Map<string, FolderCopy>;
  /** What is hidden, and git in the sandbox is to leave as it has it */
  readonly frozen: Names[];
  /** What would be hidden, if git hadn't the same */
  readonly readable: Names[];
  readonly trees: WorkTrees;
  /** Absolute paths of the `.git` of work trees outside of the sandbox, shown as empty files: for git they are there */
  readonly unseenTrees: Set<string>;
  /** Made before, where nothing is */
  readonly mountPoints: MountPoint[];
  /** What of it no program of the sandbox may reach */
  readonly special: SpecialFiles;
  readonly notes: string[];
}

export function createDraft(root: OpenRoot, special: SpecialFiles, trees: WorkTrees): MountDraft {
  return {
    root,
    // No bind of its own shows it yet
    own: new Map(root.kind === "repository" ? [["", { readOnly: false }]] : []),
    copies: new Map(),
    folders: new Map(),
    frozen: [],
    readable: [],
    trees,
    unseenTrees: new Set(),
    mountPoints: [],
    special,
    notes: [],
  };
}

/**
 * Mounts a folder over itself, and so every folder above it: what is a mount point can't be renamed, and a protected
 * entry could otherwise be moved away with a folder around it.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE
 */
export function pinFolders(draft: MountDraft, names: Names): void {
  for (let length = 1; length <= names.length; length++) {
    const key = names.slice(0, length).join("/");
    // In what is read-only nothing is writable again
    const around = draft.own.get(names.slice(0, length - 1).join("/"));
    const readOnly = length > 1 && around?.readOnly === true;
    if (!draft.own.has(key)) draft.own.set(key, { readOnly });
  }
  if (draft.own.size + draft.copies.size > maxMounts) throw tooMany(maxMounts);
}

function countMounts({ own, copies, folders, unseenTrees }: MountDraft): number {
  return own.size + copies.size + folders.size + unseenTrees.size;
}

/** Whether there is room to protect what may not be the user's. */
export function hasRoomForOthers(draft: MountDraft): boolean {
  return countMounts(draft) < maxForOthers;
}

/** Whether there is room for copies of its settings. */
export function hasRoomForCopies(draft: MountDraft, count: number): boolean {
  return countMounts(draft) + count <= maxAllForOthers;
}

/** @throws VaultboxError VBX_WORKSPACE_UNSAFE when there are more mounts than a start can make */
export function refuseTooMany(drafts: readonly MountDraft[]): void {
  const count = drafts.reduce((sum, draft) => sum + countMounts(draft), 0);
  if (count > maxAllMounts) throw tooMany(maxAllMounts);
}

function tooMany(limit: number): VaultboxError {
  return unsafe(
    `cannot protect the workspace: it would take more than ${limit} mounts`,
    "run in one of the repositories instead of the folder around them",
    unprotected,
  );
}

/**
 * Mounts an entry over itself read-only; where nothing is, a mount point is made first.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when there is something else than the wanted kind
 */
export function mountReadOnly(
  draft: MountDraft,
  names: Names,
  wanted: MountPoint["kind"],
  content = "",
): void {
  preparePlace(draft, { names, kind: wanted, content });
  const key = names.join("/");
  draft.own.set(key, { readOnly: true });
  for (const inner of draft.own.keys()) {
    if (inner.startsWith(`${key}/`)) draft.own.set(inner, { readOnly: true });
  }
}

/** The same with other content, which the sandbox sees instead. */
export function mountCopy(draft: MountDraft, names: Names, content: Uint8Array): void {
  preparePlace(draft, { names, kind: "file", content: "" });
  showInstead(draft, names, { content });
}

/** Shows what git has of a file in its place, or other content where git has none. */
export function showInstead(draft: MountDraft, names: Names, { content, tracked }: FileCopy): void {
  const key = names.join("/");
  draft.own.delete(key);
  draft.copies.set(key, { content: tracked?.content ?? content, tracked });
}

/** What an entry is; undefined when it isn't there. */
export function kindOf(draft: MountDraft, names: Names): EntryKind | undefined {
  using parent = draft.root.folder.openPath(names.slice(0, -1));
  return parent?.facts(names.at(-1) ?? "")?.kind;
}

/** @throws VaultboxError VBX_WORKSPACE_UNSAFE when there is something else than what the mount is for */
function preparePlace(draft: MountDraft, point: MountPoint): void {
  const { names, kind: wanted } = point;
  const kind = kindOf(draft, names);
  if (kind === undefined) draft.mountPoints.push(point);
  else if (kind !== wanted) {
    const path = quoted(join(draft.root.source, ...names));
    const what = kind === "link" ? "a symbolic link" : "no plain file or folder";
    throw unsafe(
      `cannot protect ${path}: it is ${what}`,
      `put a plain ${wanted} there; what it leads to could be changed in the sandbox`,
      unprotected,
    );
  }
  pinFolders(draft, names.slice(0, -1));
}

/** Tells something once. */
export function note({ notes }: MountDraft, text: string): void {
  if (!notes.includes(text)) notes.push(text);
}

/**
 * What a sandbox can't move: mount points of its own, in every root that has them. An engine that goes by the path of
 * one finds the same folder whatever that sandbox does.
 * @param all roots that it can write in
 * @returns absolute paths on the host
 */
export function findPinned(all: readonly MountDraft[]): readonly string[] {
  const pinned = new Set(
    all.flatMap(({ root, own }) =>
      [...own.keys(), ...root.apart].map((path) => join(root.source, path)),
    ),
  );
  return [...pinned].filter((path) => all.every((one) => isPinnedIn(one, path)));
}

function isPinnedIn({ root, own }: MountDraft, path: string): boolean {
  const key = toNames(root.source, path)?.join("/");
  // The root itself is a mount point
  if (key === undefined || key === "" || own.has(key)) return true;
  // In another root, which says by itself
  return [...root.apart].some((inner) => key === inner || key.startsWith(`${inner}/`));
}
