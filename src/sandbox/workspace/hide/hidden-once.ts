import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Paths } from "../../../config/paths.ts";
import { VaultboxError } from "../../../errors.ts";
import { writeFileAtomic } from "../../../files/atomic-write.ts";
import { isSystemError, orNothing, type Folder } from "../../../files/beneath.ts";
import { acquireLock } from "../../../files/lock.ts";
import { quoted } from "../../../printable.ts";

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
export function readHiddenKeys(
  root: Folder,
  all: readonly (readonly string[])[],
): readonly HiddenKey[] {
  return all.flatMap((names) => readHiddenKey(root, names) ?? []);
}

/** With an empty key for an entry that is gone; undefined when the folder around it is. */
export function readPlace(root: Folder, names: readonly string[]): HiddenKey | undefined {
  using folder = orNothing(() => root.openPath(names.slice(0, -1)));
  if (folder === undefined) return undefined;
  const key = orNothing(() => folder.facts(names.at(-1) ?? ""))?.key ?? "";
  return { path: names.join("/"), key, around: folder.ownFacts().key };
}

function readHiddenKey(root: Folder, names: readonly string[]): HiddenKey | undefined {
  const place = readPlace(root, names);
  return place?.key === "" ? undefined : place;
}

/** @throws VaultboxError VBX_CONFIG_INVALID when the list is damaged: nobody can say what is to be hidden */
export async function readHiddenOnce(paths: Paths): Promise<readonly HiddenOnce[]> {
  const file = toFile(paths);
  try {
    const list: unknown = JSON.parse(await readFile(file, "utf8"));
    if (Array.isArray(list)) return list as readonly HiddenOnce[];
  } catch (error) {
    if (isSystemError(error)) {
      if (error.code === "ENOENT") return [];
      throw error;
    }
    // No JSON: reported as any other damage
  }
  throw new VaultboxError("VBX_CONFIG_INVALID", `the list ${quoted(file)} is damaged`, {
    hints: ["it says what was hidden, and may be moved now; look for it, then delete the list"],
  });
}

/** Writes the list, when it's another one. */
export async function rememberHidden(
  paths: Paths,
  toNext: (list: readonly HiddenOnce[]) => readonly HiddenOnce[],
): Promise<void> {
  const before = await readHiddenOnce(paths);
  if (JSON.stringify(before) === JSON.stringify(toNext(before))) return;
  const file = toFile(paths);
  await using lock = await acquireLock(`${file}.lock`);
  void lock;
  const next = toNext(await readHiddenOnce(paths)).slice(-maxRemembered);
  await writeFileAtomic(file, JSON.stringify(next));
}

function toFile(paths: Paths): string {
  return join(paths.state, "hidden.json");
}
