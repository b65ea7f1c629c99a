import { randomBytes } from "node:crypto";
import type { Folder } from "../../../base/fs/beneath.ts";
import type { SweepSteps } from "./history-limits.ts";

/**
 * What is to be removed from a folder that a sandbox wrote in. A tree is taken apart from above: each folder in it is
 * brought up to the root first, so that none is too deep for a path or for the open files of this process. No link is
 * followed.
 */
export class Rubbish {
  readonly #root: Folder;
  readonly #steps: SweepSteps;
  /** Names of folders in the root */
  readonly #folders: string[] = [];
  #removed = 0;

  constructor(root: Folder, steps: SweepSteps) {
    this.#root = root;
    this.#steps = steps;
  }

  /** Entries that were removed or are going to be, folders with all that is in them as one. */
  get count(): number {
    return this.#removed;
  }

  /** Takes an entry away. @throws Error of the system; SweepLimitError */
  take(folder: Folder, name: string): void {
    this.#removed += 1;
    this.#take(folder, name);
  }

  /** Takes away all that is in a folder. @throws Error of the system; SweepLimitError */
  takeAll(folder: Folder): void {
    for (const slice of folder.entrySlices()) {
      for (const { name } of slice) this.#take(folder, name);
    }
  }

  /** Removes the folders that were taken. @throws Error of the system; SweepLimitError */
  clear(): void {
    for (let name = this.#folders.pop(); name !== undefined; name = this.#folders.pop()) {
      {
        using folder = this.#root.openUp(name);
        if (folder === undefined) continue;
        this.takeAll(folder);
      }
      removeOrThrow(this.#root, name, "folder");
    }
  }

  #take(folder: Folder, name: string): void {
    this.#steps.spend();
    const kind = folder.facts(name)?.kind;
    if (kind === undefined) return;
    if (kind !== "folder") return removeOrThrow(folder, name, "file");
    // A folder that its owner may not write in can't be moved
    using inner = folder.openUp(name);
    if (inner === undefined) return;
    const as = `.rubbish-${randomBytes(8).toString("hex")}`;
    this.#root.adopt(folder, name, as);
    this.#folders.push(as);
  }
}

function removeOrThrow(folder: Folder, name: string, kind: "file" | "folder"): void {
  if (folder.remove(name, kind) || folder.facts(name) === undefined) return;
  throw new Error("an entry that a sandbox left can't be removed");
}
