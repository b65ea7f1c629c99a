import type { Buffer } from "node:buffer";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { toFacts, toKind, type Entry, type EntryFacts, type Owner } from "./entry-facts.ts";
import {
  openAgain,
  openFolder,
  toEntryPath,
  toFolderPath,
  type FolderDescriptor,
} from "./folder-descriptor.ts";
import { toNameBytes, toNameText } from "./name-text.ts";
import { createPlainFile, dropOwnerRights, fillPlainFile, readPlainFile } from "./plain-file.ts";

// Files of a folder that somebody else may write to at this very moment. Every step goes from an open folder to a name
// in it, and that name is never followed when it's a symbolic link, so that no exchange of an entry, or of a folder
// above it, leads out.

/** An open folder. Its calls are synchronous: each is a few system calls, and a walk is cut into slices by its caller. */
export class Folder implements Disposable {
  readonly #open: FolderDescriptor;

  private constructor(open: FolderDescriptor) {
    this.#open = open;
  }

  /**
   * Opens the root that everything else is beneath.
   * @param path real path of a folder that the caller chose, as of `toNameText`
   * @throws Error of the system
   */
  static openRoot(path: string): Folder {
    return new Folder({ fd: openFolder(toNameBytes(path)), path });
  }

  /** A folder in this one; undefined when there is none of that name, it is something else, or not ours to read. */
  open(name: string): Folder | undefined {
    return orNothing(() => {
      const fd = openFolder(this.#at(name));
      return new Folder({ fd, path: join(this.#open.path, name) });
    });
  }

  /** A folder some steps further down, none of them a link. */
  openPath(names: readonly string[]): Folder | undefined {
    const { path } = this.#open;
    let folder: Folder | undefined = new Folder({ fd: openAgain(this.#open), path });
    for (const name of names) {
      const next: Folder | undefined = folder?.open(name);
      folder?.[Symbol.dispose]();
      folder = next;
    }
    return folder;
  }

  /** What is in it; nothing when it may not be read, or was removed. */
  entries(): readonly Entry[] {
    return orNothing(() => readEntries(toNameBytes(toFolderPath(this.#open)))) ?? [];
  }

  /**
   * What is in a folder some steps further down, in one call: a name on the way may be a link by now, so this is for a
   * quick look at names alone. Undefined when it may not be read.
   */
  entriesBelow(names: readonly string[]): readonly Entry[] | undefined {
    const path = [toFolderPath(this.#open), ...names].join("/");
    return orNothing(() => readEntries(toNameBytes(path)));
  }

  facts(name: string): EntryFacts | undefined {
    return orNothing(() => toFacts(lstatSync(this.#at(name), { bigint: true })));
  }

  /** Permission bits; quicker than all facts. */
  mode(name: string): number {
    return orNothing(() => lstatSync(this.#at(name)).mode & 0o7777) ?? 0;
  }

  /** Of the open folder itself. */
  ownFacts(): EntryFacts {
    return toFacts(fstatSync(this.#open.fd, { bigint: true }));
  }

  /** The bytes of a regular file of at most `maxBytes`; undefined for anything else, which is neither followed nor waited for. */
  read(name: string, maxBytes: number): Buffer | undefined {
    return orNothing(() => readPlainFile(this.#at(name), maxBytes));
  }

  readLink(name: string): string | undefined {
    return orNothing(() => toNameText(readlinkSync(this.#at(name), { encoding: "buffer" })));
  }

  /** Makes a file that wasn't there. @returns false when something is there already */
  create(name: string, content: string, owner: Owner): boolean {
    const fd = unlessThere(() => createPlainFile(this.#at(name), owner));
    if (fd === undefined) return false;
    try {
      fillPlainFile(fd, content, owner);
    } catch (error) {
      // A full disk: no half of it may stay
      this.remove(name, "file");
      throw error;
    }
    return true;
  }

  /** Makes a folder that wasn't there. @returns false when something is there already */
  createFolder(name: string, owner: Owner): boolean {
    const isMade = unlessThere(() => {
      mkdirSync(this.#at(name), owner.mode ?? 0o755);
      return true;
    });
    if (isMade === undefined) return false;
    using made = this.open(name);
    if (made !== undefined && process.getuid?.() === 0) {
      fchownSync(made.#open.fd, owner.uid, owner.gid);
    }
    return true;
  }

  /** Takes the right to run as its owner or group from a program. @returns whether it had one and has none now */
  withoutOwnerRights(name: string): boolean {
    return orNothing(() => dropOwnerRights(this.#at(name))) ?? false;
  }

  /** Gives an entry of this folder another name in it. @throws Error of the system */
  rename(from: string, to: string): void {
    renameSync(this.#at(from), this.#at(to));
  }

  /** Lets the folder's owner read and change it. @returns false when that is somebody else */
  allowOwner(): boolean {
    return succeeds(() => fchmodSync(this.#open.fd, this.ownFacts().mode | 0o700));
  }

  /** Removes a file, a link or an empty folder. @returns whether it is gone by this call */
  remove(name: string, kind: "file" | "folder"): boolean {
    return succeeds(() => (kind === "folder" ? rmdirSync : unlinkSync)(this.#at(name)));
  }

  [Symbol.dispose](): void {
    closeSync(this.#open.fd);
  }

  #at(name: string): string | Buffer {
    return toEntryPath(this.#open, name);
  }
}

function readEntries(path: string | Buffer): readonly Entry[] {
  const found = readdirSync(path, { withFileTypes: true });
  // Bytes that are no UTF-8 read as this character, which a name may have too: then names are read as bytes
  if (!found.some(({ name }) => name.includes("\ufffd"))) {
    return found.map((entry) => ({ name: entry.name, kind: toKind(entry) }));
  }
  const options = { withFileTypes: true, encoding: "buffer" } as const;
  return readdirSync(path, options).map((entry) => ({
    name: toNameText(entry.name),
    kind: toKind(entry),
  }));
}

/** What can't be read is, for a caller that expects anything there, the same as what isn't there. */
function orNothing<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}

function succeeds(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    // Somebody else's, not empty or not there: it stays as it is
    return false;
  }
}

/** Undefined when something is there already. @throws Error of the system */
function unlessThere<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return undefined;
    throw error;
  }
}
