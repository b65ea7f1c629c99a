import type { Names } from "../../base/fs/beneath.ts";
import { quoted } from "../../base/printable.ts";
import { findOtherSystem, type OtherSystem } from "../git-dir/other-system.ts";
import { maxConfigurationBytes } from "../git-dir/git-configuration.ts";
import type { GitDirOptions } from "./protect-git-dir.ts";
import { kindOf, mountCopy, mountReadOnly, pinFolders, type MountDraft } from "./mount-draft.ts";

const empty = Buffer.alloc(0);

/**
 * Protects what makes another version control system run programs in its repository; the rest of it stays writable.
 * @param toShown what the sandbox may read of settings
 */
export function protectOther(
  draft: MountDraft,
  names: Names,
  toShown: GitDirOptions["toShown"],
): void {
  const system = findOtherSystem(names.at(-1) ?? "");
  if (system === undefined) return;
  if (kindOf(draft, names) !== "folder") {
    draft.notes.push(`${quoted(names.join("/"))} is no plain folder; it isn't protected`);
    return;
  }
  protectSettings(draft, names, { system, toShown });
}

/** The settings of a system in a folder. */
export function protectSettings(
  draft: MountDraft,
  names: Names,
  { system, toShown }: Pick<GitDirOptions, "toShown"> & { readonly system: OtherSystem },
): void {
  pinFolders(draft, names);
  for (const { path, isReserved } of system.settings) {
    const own = [...names, ...path.split("/")];
    const kind = kindOf(draft, own);
    if (kind === "link")
      draft.notes.push(`${quoted(own.join("/"))} is a symbolic link; it isn't protected`);
    if (kind === "link" || (kind === undefined && !isReserved)) continue;
    // Where nothing is around it, nothing reads it
    if (kindOf(draft, own.slice(0, -1)) !== "folder") continue;
    using around = draft.root.folder.openPath(own.slice(0, -1));
    mountCopy(draft, own, toShown(around?.read(own.at(-1) ?? "", maxConfigurationBytes) ?? empty));
  }
  for (const { path } of system.pointers) {
    const own = [...names, ...path.split("/")];
    if (kindOf(draft, own) === "file") mountReadOnly(draft, own, "file");
  }
}
