import { hasCode } from "../errors.ts";
import type { Buffer } from "node:buffer";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { toFacts, type Entry, type EntryFacts, type Owner } from "./entry-facts.ts";
import { readOrigin, type FileOrigin } from "./file-origin.ts";
import { allowOwnerOf, dropOwnerRights, dropRights, setFolderMode } from "./entry-mode.ts";
import {
  isAt,
  openAgain,
  openFolder,
  toEntryPath,
  toFolderPath,
  type FolderDescriptor,
} from "./folder-descriptor.ts";
import {
  readEntries,
  readEntrySlices,
  readUnusualEntries,
  type UnusualEntries,
} from "./folder-entries.ts";
import type { FolderState, FolderStates } from "./folder-state.ts";
import { toNameBytes, toNameText } from "./name-text.ts";
import {
  appendToPlainFile,
  createPlainFile,
  fillPlainFile,
  inspectFile,
  PlainFile,
  readPlainFile,
  type FoundFile,
} from "./plain-file.ts";

// Files of a folder that somebody else may write to at this very moment. Every step goes from an open folder to a name
// in it, and that name is never followed when it's a symbolic link, so that no exchange of an entry, or of a folder
// above it, leads out.

/** From about ten thousand names on, on the usual file systems. */
const hugeFolderBytes = 256 * 1024;

/** The way from a folder to an entry: a name for each step. */
export type Names = readonly string[];

/** What a folder is by itself. */
export interface OwnFacts {
  /** Permission bits */
  readonly mode: number;
  /** Of the list of its names, `bytes` */
  readonly size: number;
}

/** An open folder. Its calls are synchronous: each is a few system calls, and a walk is cut into slices by its caller. */
export class Folder implements Disposable {
  readonly #open: FolderDescriptor;

  private constructor(open: FolderDescriptor) {
    this.#open = open;
  }

  /**
   * Opens the root that everything else is beneath.
   * @param path real path of a folder that the caller chose, as of `toNameText`
   * @param options.opens whether its owner is given the rights to it that its mode keeps back
   * @throws Error of the system
   */
  static openRoot(path: string, { opens = false }: { readonly opens?: boolean } = {}): Folder {
    const bytes = toNameBytes(path);
    if (opens) orNothing(() => allowOwnerOf(bytes));
    return new Folder({ fd: openFolder(bytes), path });
  }

  /**
   * The same, where nobody may have put a link on the way since its path was checked.
   * @throws Error of the system, or when another folder is there than the path says
   */
  static openReal(path: string, options: { readonly opens?: boolean } = {}): Folder {
    const folder = Folder.openRoot(path, options);
    if (isAt(folder.#open.fd, path)) return folder;
    folder[Symbol.dispose]();
    throw new Error("a link is on the way to it, or it was moved");
  }

  /** A folder in this one; undefined when there is none of that name, or it is something else. @throws Error of the system */
  open(name: string): Folder | undefined {
    return unlessMissing(() => {
      const fd = openFolder(this.#at(name));
      return new Folder({ fd, path: toInner(this.#open.path, name) });
    });
  }

  /** The same, after its owner was given the rights that its mode kept back. @throws Error of the system */
  openUp(name: string): Folder | undefined {
    const isAllowed = unlessMissing(() => {
      allowOwnerOf(this.#at(name));
      return true;
    });
    return isAllowed === undefined ? undefined : this.open(name);
  }

  /** A folder some steps further down, none of them a link. @throws Error of the system */
  openPath(names: readonly string[]): Folder | undefined {
    const { path } = this.#open;
    let folder: Folder | undefined = new Folder({ fd: openAgain(this.#open), path });
    for (const name of names) {
      using above: Folder | undefined = folder;
      folder = above?.open(name);
    }
    return folder;
  }

  /** What is in it; nothing when it was removed. @throws Error of the system */
  entries(): readonly Entry[] {
    return unlessMissing(() => readEntries(toNameBytes(toFolderPath(this.#open)))) ?? [];
  }

  /**
   * The same part by part: all at once unless the folder is huge.
   * @param size of the folder, for a caller that has asked already
   * @throws Error of the system
   */
  *entrySlices(size: number = this.own().size): Generator<readonly Entry[]> {
    if (size < hugeFolderBytes) yield this.entries();
    else yield* readEntrySlices(toNameBytes(toFolderPath(this.#open)));
  }

  /**
   * What is in a folder some steps further down, in one call: a name on the way may be a link by now, so this is for a
   * quick look at names alone. Undefined for one that may not be read.
   */
  unusualBelow(path: string): UnusualEntries | undefined {
    return readUnusualEntries(toNameBytes(`${toFolderPath(this.#open)}/${path}`));
  }

  /**
   * Which folder is some steps further down, whatever leads there now: by its path and in one call. What is beneath
   * another folder by now isn't the one that is asked about.
   */
  stateBelow(path: string, states: FolderStates): FolderState | undefined {
    return states.at(toNameBytes(toInner(this.#open.path, path)));
  }

  /** Of the open folder itself. @throws Error of the system */
  state(states: FolderStates): FolderState | undefined {
    const stats = fstatSync(this.#open.fd, { bigint: true });
    return states.of(stats, toNameBytes(toFolderPath(this.#open)));
  }

  /** Of a file in it; undefined for what is none. @throws Error of the system */
  stateOf(name: string, states: FolderStates): FolderState | undefined {
    const stats = unlessMissing(() => lstatSync(this.#at(name), { bigint: true }));
    return stats?.isFile() === true ? states.of(stats, this.#at(name)) : undefined;
  }

  /** Undefined when nothing is there. @throws Error of the system */
  facts(name: string): EntryFacts | undefined {
    return unlessMissing(() => toFacts(lstatSync(this.#at(name), { bigint: true })));
  }

  /** Permission bits; quicker than all facts. */
  mode(name: string): number {
    return orNothing(() => lstatSync(this.#at(name)).mode & 0o7777) ?? 0;
  }

  /** Of the open folder itself. */
  ownFacts(): EntryFacts {
    return toFacts(fstatSync(this.#open.fd, { bigint: true }));
  }

  /** What a walk asks of the open folder itself; quicker than all facts. */
  own(): OwnFacts {
    const { mode, size } = fstatSync(this.#open.fd);
    return { mode: mode & 0o7777, size };
  }

  /** Which folder it is, whatever its path is by now; undefined where the kernel doesn't say. */
  origin(): FileOrigin | undefined {
    return readOrigin(this.#open.fd);
  }

  /** The bytes of a regular file of at most `maxBytes`; undefined for anything else, which is neither followed nor waited for. */
  read(name: string, maxBytes: number): Buffer | undefined {
    return orNothing(() => readPlainFile(this.#at(name), maxBytes));
  }

  /** A file or folder some steps further down, none of them a link: in one go, and then its path is compared. */
  lookBelow(names: readonly string[], maxBytes: number): FoundFile | undefined {
    const way = names.join("/");
    const path = toInner(this.#open.path, way);
    return orNothing(() =>
      inspectFile(toNameBytes(`${toFolderPath(this.#open)}/${way}`), maxBytes, (fd) =>
        isAt(fd, path),
      ),
    );
  }

  /** A regular file to be read in parts; undefined for anything else. */
  openFile(name: string): PlainFile | undefined {
    return orNothing(() => PlainFile.open(this.#at(name)));
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
    if (made !== undefined && process.geteuid?.() === 0) {
      fchownSync(made.#open.fd, owner.uid, owner.gid);
    }
    return true;
  }

  /** Writes at the end of a plain file that has this name only. @returns whether it did */
  append(name: string, content: Uint8Array): boolean {
    return orNothing(() => appendToPlainFile(this.#at(name), content)) ?? false;
  }

  /** Takes the right to run as its owner or group from a program. @returns whether it had one and has none now */
  withoutOwnerRights(name: string): boolean {
    return orNothing(() => dropOwnerRights(this.#at(name))) ?? false;
  }

  /** Takes bits of its mode from a file or folder in this one. @returns whether it had one and has none now */
  withoutRights(name: string, bits: number): boolean {
    return orNothing(() => dropRights(this.#at(name), bits)) ?? false;
  }

  /** The same for the open folder itself. */
  withoutOwnRights(bits: number): boolean {
    return succeeds(() => fchmodSync(this.#open.fd, this.own().mode & ~bits));
  }

  /** Gives an entry of this folder another name in it. @throws Error of the system */
  rename(from: string, to: string): void {
    renameSync(this.#at(from), this.#at(to));
  }

  /** Takes an entry of another folder of the same file system into this one. @throws Error of the system */
  adopt(other: Folder, name: string, as: string): void {
    renameSync(other.#at(name), this.#at(as));
  }

  /** Lets the folder's owner read and change it. @returns false when that is somebody else */
  allowOwner(): boolean {
    return succeeds(() => fchmodSync(this.#open.fd, this.own().mode | 0o700));
  }

  /** Takes everybody's rights to a folder in this one. @returns whether that is done */
  keepOut(name: string): boolean {
    return succeeds(() => setFolderMode(this.#at(name), 0));
  }

  /** Takes everybody's rights to a folder in this one but its owner's. @returns whether that is done */
  keepToOwner(name: string): boolean {
    return succeeds(() => setFolderMode(this.#at(name), 0o700));
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

/** The path of a long way grows with its last name only: nothing is cleaned of what isn't in it. */
function toInner(path: string, name: string): string {
  return path === "/" ? `/${name}` : `${path}/${name}`;
}

/**
 * Undefined for what isn't there, or is something else than was asked for. What is there and can't be looked at isn't
 * the same: whoever asks must not take it for harmless.
 * @throws Error of the system
 */
function unlessMissing<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

/** Whether it's the system that refused, and not this program that failed. */
export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "syscall" in error && "code" in error;
}

/**
 * Asks the folder around a path for its last name; undefined where that folder isn't there, or can't be looked at.
 * @param names from `root`
 */
export function inFolderOf<T>(
  root: Folder,
  names: readonly string[],
  ask: (around: Folder, name: string) => T,
): T | undefined {
  return orNothing(() => {
    using around = root.openPath(names.slice(0, -1));
    return around && ask(around, names.at(-1) ?? "");
  });
}

/** For a caller to whom what can't be read is the same as what isn't there. */
export function orNothing<T>(attempt: () => T): T | undefined {
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
    if (hasCode(error, "EEXIST")) return undefined;
    throw error;
  }
}
