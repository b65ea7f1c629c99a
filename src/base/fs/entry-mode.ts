import type { Buffer } from "node:buffer";
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  type Stats,
} from "node:fs";
import { carefulFlags, folderFlags, hasDescriptors } from "./folder-descriptor.ts";

// Modes of what may be anybody's by now: it's named without following a link, without waiting for a pipe, and without a
// right to read it; what is changed is what was opened.

/** Names an entry without a right to read it (open(2), `O_PATH`); Linux alone has it, and Node no name for it. */
const pathOnly = process.platform === "linux" ? 0o10000000 : 0;

/**
 * Gives a folder's owner the rights to read and change it, also when its mode keeps even its owner out.
 * @throws Error of the system, where it's no folder or somebody else's
 */
export function allowOwnerOf(path: string | Buffer): void {
  changeMode(path, folderFlags, ({ mode }) => mode | 0o700);
}

/** Sets the mode of a folder. @throws Error of the system, where it's no folder or somebody else's */
export function setFolderMode(path: string | Buffer, mode: number): void {
  changeMode(path, folderFlags, () => mode);
}

/**
 * Takes the right to run as its owner or group from a program, also from one that its owner may not read.
 * @returns whether it had one and has none now
 * @throws Error of the system
 */
export function dropOwnerRights(path: string | Buffer): boolean {
  return changeMode(path, constants.O_RDONLY, (facts) =>
    facts.isFile() ? facts.mode & 0o1777 : facts.mode,
  );
}

/**
 * Takes rights from a file or folder.
 * @param bits of its mode
 * @returns whether it had one of them and has none now
 * @throws Error of the system
 */
export function dropRights(path: string | Buffer, bits: number): boolean {
  return changeMode(path, constants.O_RDONLY, (facts) =>
    facts.isFile() || facts.isDirectory() ? facts.mode & ~bits : facts.mode,
  );
}

/** @returns whether the mode was another one */
function changeMode(
  path: string | Buffer,
  flags: number,
  change: (facts: Stats) => number,
): boolean {
  const fd = openSync(path, pathOnly | flags | carefulFlags);
  try {
    const facts = fstatSync(fd);
    const mode = change(facts) & 0o7777;
    if (mode === (facts.mode & 0o7777)) return false;
    // A descriptor that only names an entry isn't taken by fchmod(2)
    if (hasDescriptors) chmodSync(`/proc/self/fd/${fd}`, mode);
    else fchmodSync(fd, mode);
    return true;
  } finally {
    closeSync(fd);
  }
}
