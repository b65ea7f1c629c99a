import { Buffer } from "node:buffer";
import { constants, existsSync, fstatSync, lstatSync, openSync, realpathSync } from "node:fs";
import { toText, type EntryName } from "./entry-facts.ts";

// Node has no openat(2): on Linux `/proc/self/fd/N/name` is the same. Elsewhere a folder's real path is compared before
// every step, which leaves the moment between the two (docs/workspace.md).

/** A folder that is open. */
export interface FolderDescriptor {
  readonly fd: number;
  /** Its real path when it was opened */
  readonly path: string;
}

const hasDescriptors = process.platform === "linux" && existsSync("/proc/self/fd");
/** Of what may be somebody else's by now: no link is followed, and no pipe waited for. */
const carefully = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const folderFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0);

/** @throws Error of the system, also when there is a link or something else than a folder */
export function openFolder(path: string | Buffer): number {
  return openSync(path, folderFlags | carefully);
}

/** Opens an open folder once more. @throws Error of the system */
export function openAgain(folder: FolderDescriptor): number {
  // The way to a descriptor is itself a link
  return openSync(toFolderPath(folder), folderFlags | (constants.O_NONBLOCK ?? 0));
}

/** A path that leads to the open folder and to no other. @throws Error when it was moved, where only its path is known */
export function toFolderPath({ fd, path }: FolderDescriptor): string {
  if (hasDescriptors) return `/proc/self/fd/${fd}`;
  const now = fstatSync(fd, { bigint: true });
  const there = lstatSync(path, { bigint: true });
  const isSame = now.ino === there.ino && now.dev === there.dev;
  if (!isSame || realpathSync(path) !== path) throw new Error("the folder was moved");
  return path;
}

/** The same for an entry of it. @throws Error when the name would lead elsewhere */
export function toEntryPath(folder: FolderDescriptor, name: EntryName): string | Buffer {
  const text = toText(name);
  if (text === "" || text === "." || text === ".." || text.includes("/") || text.includes("\0")) {
    throw new Error("not a name in a folder");
  }
  const path = toFolderPath(folder);
  if (typeof name === "string") return `${path}/${name}`;
  return Buffer.concat([Buffer.from(`${path}/`), name]);
}
