import type { Paths } from "../../base/paths.ts";
import { inFolderOf, orNothing, type Folder, type Names } from "../../base/fs/beneath.ts";
import { createRememberedList } from "../../base/remembered-list.ts";
import { fieldsOf, optional, text } from "../../base/shape.ts";

// What was hidden once. A sandbox can move a folder with a hidden file in it to where the next start doesn't look, so it's
// known again by its inode, wherever it is then.

/** A file or folder as the kernel knows it. */
export interface HiddenKey {
  /** From the root */
  readonly path: string;
  /** Of the entry; as of `EntryFacts.key` */
  readonly key: string;
  /** Of the folder around it */
  readonly around: string;
}

/** What a session has hidden. */
export interface HiddenOnce extends HiddenKey {
  /** Real path of the root */
  readonly root: string;
  /** Where it was hidden by its name, when it was moved since then */
  readonly was?: string;
}

/** The oldest are forgotten then. */
const maxRemembered = 5000;

/** Reads what entries of a root are; without those that are gone. */
export function readHiddenKeys(root: Folder, all: readonly Names[]): readonly HiddenKey[] {
  return all.flatMap((names) => readPlace(root, names) ?? []).filter(({ key }) => key !== "");
}

/** With an empty key for an entry that is gone; undefined when the folder around it is. */
export function readPlace(root: Folder, names: Names): HiddenKey | undefined {
  return inFolderOf(root, names, (around, name) => {
    const key = orNothing(() => around.facts(name))?.key ?? "";
    return { path: names.join("/"), key, around: around.ownFacts().key };
  });
}

const list = createRememberedList({
  file: "hidden.json",
  item: fieldsOf<HiddenOnce>({
    path: text,
    key: text,
    around: text,
    root: text,
    was: optional(text),
  }),
  damaged: {
    hint: "it says what was hidden, and may be moved now; look for it, then delete the list",
  },
});

/** @throws VaultboxError VBX_CONFIG_INVALID when the list is damaged */
export const readHiddenOnce = list.read;

export async function rememberHidden(
  paths: Paths,
  toNext: (list: readonly HiddenOnce[]) => readonly HiddenOnce[],
): Promise<void> {
  await list.change(paths, (before) => toNext(before).slice(-maxRemembered));
}
