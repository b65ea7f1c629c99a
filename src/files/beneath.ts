import { Buffer } from "node:buffer";
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import {
  toFacts,
  toKind,
  toName,
  toText,
  type Entry,
  type EntryFacts,
  type EntryName,
  type Owner,
} from "./entry-facts.ts";

export {
  toText,
  type Entry,
  type EntryFacts,
  type EntryKind,
  type EntryName,
  type Owner,
} from "./entry-facts.ts";

// Files of a folder that somebody else may write to at this very moment. Every step goes from an open folder to a name
// in it, and that name is never followed when it's a symbolic link, so that no exchange of an entry, or of a folder
// above it, leads out. Node has no openat(2): on Linux `/proc/self/fd/N/name` is the same. Elsewhere a folder's real
// path is compared before every step, which leaves the moment between the two (docs/workspace.md).

const hasDescriptors = process.platform === "linux" && existsSync("/proc/self/fd");
const folderFlags =
  constants.O_RDONLY |
  (constants.O_DIRECTORY ?? 0) |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const createFlags =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** An open folder. Its calls are synchronous: each is a few system calls, and a walk is cut into slices by its caller. */
export class Folder implements Disposable {
  readonly #fd: number;
  readonly #path: string;
  readonly device: string;

  private constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
    this.device = String(fstatSync(fd, { bigint: true }).dev);
  }

  /**
   * Opens the root that everything else is beneath.
   * @param path real path of a folder that the caller chose
   * @throws Error of the system
   */
  static openRoot(path: string): Folder {
    return new Folder(openSync(path, folderFlags), path);
  }

  /** A folder in this one; undefined when there is none of that name, or it is something else. */
  open(name: EntryName): Folder | undefined {
    try {
      return new Folder(openSync(this.#at(name), folderFlags), join(this.#path, toText(name)));
    } catch {
      // Not there, no folder, a link, or not ours to read: for the caller all the same
      return undefined;
    }
  }

  /** A folder some steps further down, none of them a link. */
  openPath(names: readonly EntryName[]): Folder | undefined {
    let folder: Folder | undefined = this.#again();
    for (const name of names) {
      const next: Folder | undefined = folder?.open(name);
      folder?.[Symbol.dispose]();
      folder = next;
    }
    return folder;
  }

  entries(): readonly Entry[] {
    try {
      const found = readdirSync(this.#self(), { withFileTypes: true });
      // Bytes that are no UTF-8 read as this character; only then are names worth reading as bytes
      if (!found.some(({ name }) => name.includes("\ufffd"))) {
        return found.map((entry) => ({ name: entry.name, kind: toKind(entry) }));
      }
      const options = { withFileTypes: true, encoding: "buffer" } as const;
      return readdirSync(this.#self(), options).map((entry) => ({
        name: toName(entry.name),
        kind: toKind(entry),
      }));
    } catch {
      // It may not be read, or it was removed: nothing of it can be said
      return [];
    }
  }

  facts(name: EntryName): EntryFacts | undefined {
    try {
      return toFacts(lstatSync(this.#at(name), { bigint: true }));
    } catch {
      return undefined;
    }
  }

  /** Permission bits; quicker than all facts. */
  mode(name: EntryName): number {
    try {
      return lstatSync(this.#at(name)).mode & 0o7777;
    } catch {
      return 0;
    }
  }

  /** Of the open folder itself. */
  ownFacts(): EntryFacts {
    return toFacts(fstatSync(this.#fd, { bigint: true }));
  }

  /** The bytes of a regular file of at most `maxBytes`; undefined for anything else, which is neither followed nor waited for. */
  read(name: EntryName, maxBytes: number): Buffer | undefined {
    let fd: number;
    try {
      fd = openSync(this.#at(name), readFlags);
    } catch {
      return undefined;
    }
    try {
      const facts = fstatSync(fd);
      if (!facts.isFile() || facts.size > maxBytes) return undefined;
      return readWhole(fd, facts.size, maxBytes);
    } catch {
      return undefined;
    } finally {
      closeSync(fd);
    }
  }

  readLink(name: EntryName): string | undefined {
    try {
      return readlinkSync(this.#at(name));
    } catch {
      return undefined;
    }
  }

  /** Makes a file that wasn't there. @returns false when something is there already */
  create(name: string, content: string, owner: Owner): boolean {
    let fd: number;
    try {
      fd = openSync(this.#at(name), createFlags, owner.mode ?? 0o644);
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      throw error;
    }
    try {
      writeSync(fd, content);
      if (process.getuid?.() === 0) fchownSync(fd, owner.uid, owner.gid);
    } catch (error) {
      // A full disk: no half of it may stay
      this.remove(name, "file");
      throw error;
    } finally {
      closeSync(fd);
    }
    return true;
  }

  /** Makes a folder that wasn't there. @returns false when something is there already */
  createFolder(name: string, owner: Owner): boolean {
    try {
      mkdirSync(this.#at(name), owner.mode ?? 0o755);
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      throw error;
    }
    using made = this.open(name);
    if (made !== undefined && process.getuid?.() === 0) {
      fchownSync(made.#fd, owner.uid, owner.gid);
    }
    return true;
  }

  /** Takes the right to run as its owner or group from a program. @returns whether it had one and has none now */
  withoutOwnerRights(name: EntryName): boolean {
    let fd: number;
    try {
      fd = openSync(this.#at(name), readFlags);
    } catch {
      return false;
    }
    try {
      const { mode } = fstatSync(fd);
      if ((mode & 0o6000) === 0) return false;
      fchmodSync(fd, mode & 0o1777);
      return true;
    } catch {
      return false;
    } finally {
      closeSync(fd);
    }
  }

  /** Gives an entry of this folder another name in it. @throws Error of the system */
  rename(from: EntryName, to: string): void {
    renameSync(this.#at(from), this.#at(to));
  }

  /** Lets the folder's owner read and change it. @returns false when that is somebody else */
  allowOwner(): boolean {
    try {
      fchmodSync(this.#fd, this.ownFacts().mode | 0o700);
      return true;
    } catch {
      return false;
    }
  }

  /** Removes a file, a link or an empty folder. @returns whether it is gone by this call */
  remove(name: EntryName, kind: "file" | "folder"): boolean {
    try {
      if (kind === "folder") rmdirSync(this.#at(name));
      else unlinkSync(this.#at(name));
      return true;
    } catch {
      // Not empty, not there: it stays as it is
      return false;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #again(): Folder {
    return new Folder(
      openSync(this.#self(), folderFlags & ~(constants.O_NOFOLLOW ?? 0)),
      this.#path,
    );
  }

  #self(): string {
    if (hasDescriptors) return `/proc/self/fd/${this.#fd}`;
    // Without descriptors: the path must still be what it was when the folder was opened
    const now = fstatSync(this.#fd, { bigint: true });
    const there = lstatSync(this.#path, { bigint: true });
    const isSame = now.ino === there.ino && now.dev === there.dev;
    if (!isSame || realpathSync(this.#path) !== this.#path) throw new Error("the folder was moved");
    return this.#path;
  }

  #at(name: EntryName): string | Buffer {
    const text = toText(name);
    if (text === "" || text === "." || text === ".." || text.includes("/") || text.includes("\0")) {
      throw new Error("not a name in a folder");
    }
    const self = this.#self();
    if (typeof name === "string") return `${self}/${name}`;
    return Buffer.concat([Buffer.from(`${self}/`), name]);
  }
}

/** Not more than it said it has, were it to grow meanwhile. */
function readWhole(fd: number, size: number, maxBytes: number): Buffer | undefined {
  const buffer = Buffer.alloc(Math.min(size, maxBytes) + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(fd, buffer, length, buffer.length - length, null);
    if (count === 0) break;
    length += count;
  }
  return length > size ? undefined : buffer.subarray(0, length);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
