import { join } from "node:path";
import type { BindMount } from "../../engine/engine.ts";
import { VaultboxError } from "../../base/errors.ts";
import type { EntryKind, Owner } from "../../base/fs/entry-facts.ts";
import { quoted } from "../../base/printable.ts";
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

/** What is shown of a log, which git goes on writing. */
export interface LogCopy {
  readonly content: Buffer;
  /** Whose the log is */
  readonly owner: Owner;
}

/** Mounts over a folder that is in the sandbox, while they are being put together. */
export interface MountDraft {
  readonly root: OpenRoot;
  /** Of mounts that show the same entry again; by the names joined with `/` */
  readonly own: Map<string, { readonly readOnly: boolean }>;
  /** Of mounts that show other content instead; by the names joined with `/` */
  readonly copies: Map<string, Uint8Array>;
  /** Of these, the files that are shown as git has them */
  readonly shownFiles: Map<string, ShownFile>;
  /** Of mounts that the sandbox writes to instead; by the names joined with `/` */
  readonly logs: Map<string, LogCopy>;
  /** Folders that are shown empty */
  readonly emptied: (readonly string[])[];
  /** Of these, the files that are shown in them, as git has them; by the names joined with `/` */
  readonly shownFolders: Map<string, ShownFolder>;
  /** What is hidden, and git in the sandbox is to leave as it has it */
  readonly frozen: (readonly string[])[];
  /** What would be hidden, if git hadn't the same */
  readonly readable: (readonly string[])[];
  readonly trees: WorkTrees;
  /** Work trees in it that are shown with nothing but an empty `.git` */
  readonly emptiedTrees: (readonly string[])[];
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
    shownFiles: new Map(),
    logs: new Map(),
    emptied: [],
    shownFolders: new Map(),
    frozen: [],
    readable: [],
    trees,
    emptiedTrees: [],
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
export function pinFolders(draft: MountDraft, names: readonly string[]): void {
  for (let length = 1; length <= names.length; length++) {
    const key = names.slice(0, length).join("/");
    // In what is read-only nothing is writable again
    const around = draft.own.get(names.slice(0, length - 1).join("/"));
    const readOnly = length > 1 && around?.readOnly === true;
    if (!draft.own.has(key)) draft.own.set(key, { readOnly });
  }
  if (draft.own.size + draft.copies.size > maxMounts) throw tooMany(maxMounts);
}

function countMounts(draft: MountDraft): number {
  const { own, copies, logs, emptied, emptiedTrees, unseenTrees } = draft;
  const shown = copies.size + logs.size + emptied.length + emptiedTrees.length + unseenTrees.size;
  return own.size + shown;
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
  return new VaultboxError(
    "VBX_WORKSPACE_UNSAFE",
    `cannot protect the workspace: it would take more than ${limit} mounts`,
    {
      hints: [
        "run in one of the repositories instead of the folder around them",
        "or leave the workspace unprotected in vaultbox.yaml: workspace: {protect: none}",
      ],
    },
  );
}

/**
 * Mounts an entry over itself read-only; where nothing is, a mount point is made first.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when there is something else than the wanted kind
 */
export function mountReadOnly(
  draft: MountDraft,
  names: readonly string[],
  wanted: MountPoint["kind"],
  content = "",
): void {
  const kind = kindOf(draft, names);
  if (kind === undefined) draft.mountPoints.push({ names, kind: wanted, content });
  else refuseOther(draft, names, { kind, wanted });
  pinFolders(draft, names.slice(0, -1));
  const key = names.join("/");
  draft.own.set(key, { readOnly: true });
  for (const inner of draft.own.keys()) {
    if (inner.startsWith(`${key}/`)) draft.own.set(inner, { readOnly: true });
  }
}

/** The same with other content, which the sandbox sees instead. */
export function mountCopy(draft: MountDraft, names: readonly string[], content: Uint8Array): void {
  const kind = kindOf(draft, names);
  if (kind === undefined) draft.mountPoints.push({ names, kind: "file", content: "" });
  else refuseOther(draft, names, { kind, wanted: "file" });
  pinFolders(draft, names.slice(0, -1));
  draft.own.delete(names.join("/"));
  draft.copies.set(names.join("/"), content);
}

/** What an entry is; undefined when it isn't there. */
export function kindOf(draft: MountDraft, names: readonly string[]): EntryKind | undefined {
  using parent = draft.root.folder.openPath(names.slice(0, -1));
  return parent?.facts(names.at(-1) ?? "")?.kind;
}

function refuseOther(
  draft: MountDraft,
  names: readonly string[],
  { kind, wanted }: { readonly kind: EntryKind; readonly wanted: MountPoint["kind"] },
): void {
  if (kind === wanted) return;
  const path = join(draft.root.source, ...names);
  const what = kind === "link" ? "a symbolic link" : "no plain file or folder";
  throw new VaultboxError("VBX_WORKSPACE_UNSAFE", `cannot protect ${quoted(path)}: it is ${what}`, {
    hints: [
      `put a plain ${wanted} there; what it leads to could be changed in the sandbox`,
      "or leave the workspace unprotected in vaultbox.yaml: workspace: {protect: none}",
    ],
  });
}

/** The mounts that show an entry again, outer ones first. */
export function toOwnBinds(draft: MountDraft): readonly BindMount[] {
  return [...draft.own].map(([key, { readOnly }]) => {
    return { source: join(draft.root.source, key), target: join(draft.root.target, key), readOnly };
  });
}
