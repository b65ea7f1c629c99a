import { Buffer } from "node:buffer";
import { constants, existsSync, fstatSync, lstatSync, openSync, readlinkSync } from "node:fs";
import { toNameBytes, toNameText } from "./name-text.ts";
import { readRealPath } from "./real-path.ts";

// Node has no openat(2): on Linux `/proc/self/fd/N/name` is the same. Elsewhere a folder's real path is compared before
// every step, which leaves the moment between the two (docs/workspace.md).

/** A folder that is open. */
export interface FolderDescriptor {
  readonly fd: number;
  /** Its real path when it was opened, as of `toNameText` */
  readonly path: string;
}

/** No file system that people work on has longer ones (limits.h, `NAME_MAX`). */
export const maxNameBytes = 255;
/** Whether the kernel gives a path for what is open. */
export const hasDescriptors = process.platform === "linux" && existsSync("/proc/self/fd");
/** Of what may be somebody else's by now: no link is followed, and no pipe waited for. */
export const carefulFlags = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
export const folderFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0);

/** @throws Error of the system, also when there is a link or something else than a folder */
export function openFolder(path: string | Buffer): number {
  return openSync(path, folderFlags | carefulFlags);
}

/** Opens an open folder once more. @throws Error of the system */
export function openAgain(folder: FolderDescriptor): number {
  // The way to a descriptor is itself a link
  return openSync(toNameBytes(toFolderPath(folder)), folderFlags | (constants.O_NONBLOCK ?? 0));
}

/** A path that leads to the open folder and to no other. @throws Error when it was moved, where only its path is known */
export function toFolderPath({ fd, path }: FolderDescriptor): string {
  if (hasDescriptors) return `/proc/self/fd/${fd}`;
  const now = fstatSync(fd, { bigint: true });
  const there = lstatSync(toNameBytes(path), { bigint: true });
  const isSame = now.ino === there.ino && now.dev === there.dev;
  if (!isSame || readRealPath(path) !== path) throw new Error("the folder was moved");
  return path;
}

/** Whether what is open is at a path, without a link on the way. */
export function isAt(fd: number, path: string): boolean {
  if (!hasDescriptors) return readRealPath(path) === path;
  return toNameText(readlinkSync(`/proc/self/fd/${fd}`, { encoding: "buffer" })) === path;
}

function isTooLong(name: string): boolean {
  // A character takes three bytes at most, a pair of them four
  return name.length * 3 > maxNameBytes && Buffer.byteLength(toNameBytes(name)) > maxNameBytes;
}

/** The same for an entry of it. @throws Error when the name would lead elsewhere */
export function toEntryPath(folder: FolderDescriptor, name: string): string | Buffer {
  const isSpecial = name === "" || name === "." || name === "..";
  if (isSpecial || name.includes("/") || name.includes("\0") || isTooLong(name)) {
    throw Object.assign(new Error("not a name in a folder"), { code: "ENOENT" });
  }
  return toNameBytes(`${toFolderPath(folder)}/${name}`);
}
