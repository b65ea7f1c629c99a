import type { Paths } from "./paths.ts";
import { VaultboxError } from "./errors.ts";
import { writeFileAtomic } from "./fs/atomic-write.ts";
import { isSystemError } from "./fs/beneath.ts";
import { readRegularText } from "./fs/regular-file.ts";
import { acquireLock } from "./fs/lock.ts";
import { quoted } from "./printable.ts";
import { listOf, type Shape } from "./shape.ts";
import { inState, type StateName } from "./state-folder.ts";

/** What sessions of all workspaces remember: one file of vaultbox's state. */
export interface RememberedList<T> {
  /** Empty when there is no list yet. @throws VaultboxError VBX_CONFIG_INVALID */
  readonly read: (paths: Paths) => Promise<readonly T[]>;
  /** Writes another list in place of what is there; nothing when it's the same */
  readonly change: (paths: Paths, toNext: (list: readonly T[]) => readonly T[]) => Promise<void>;
}

interface ListOptions<T> {
  /** Name of the file */
  readonly file: StateName;
  readonly item: Shape<T>;
  /** What a damaged list counts as; with a hint it's an error, because nobody can say what it said */
  readonly damaged: { readonly countsAs: readonly T[] } | { readonly hint: string };
}

export function createRememberedList<T>({
  file: name,
  item,
  damaged,
}: ListOptions<T>): RememberedList<T> {
  const shape = listOf(item);
  const toFile = (paths: Paths): string => inState(paths.state, name);
  const read = async (paths: Paths): Promise<readonly T[]> => {
    let why = "is damaged";
    try {
      const list: unknown = JSON.parse(await readRegularText(toFile(paths)));
      if (shape.fits(list)) return list;
    } catch (error) {
      // No JSON otherwise
      if (isSystemError(error)) {
        if (error.code === "ENOENT") return [];
        why = `can't be read (${error.code})`;
      } else if (error instanceof VaultboxError) why = "is not a regular file";
    }
    if ("countsAs" in damaged) return damaged.countsAs;
    throw new VaultboxError("VBX_CONFIG_INVALID", `the list ${quoted(toFile(paths))} ${why}`, {
      hints: [damaged.hint],
    });
  };
  return {
    read,
    change: async (paths, toNext) => {
      const before = await read(paths);
      if (JSON.stringify(before) === JSON.stringify(toNext(before))) return;
      const file = toFile(paths);
      await using lock = await acquireLock(`${file}.lock`);
      void lock;
      await writeFileAtomic(file, JSON.stringify(toNext(await read(paths))));
    },
  };
}
