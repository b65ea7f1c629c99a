import { Buffer } from "node:buffer";
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { toFacts, type EntryFacts, type Owner } from "./entry-facts.ts";

// Files at paths whose last name may be anybody's by now: it's opened without following a link or waiting for a pipe,
// and everything else is asked of what was opened.

const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const appendFlags =
  constants.O_WRONLY |
  constants.O_APPEND |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);
const createFlags =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/**
 * The bytes of a regular file of at most `maxBytes`; undefined for anything else.
 * @throws Error of the system
 */
export function readPlainFile(path: string | Buffer, maxBytes: number): Buffer | undefined {
  const fd = openSync(path, readFlags);
  try {
    const facts = fstatSync(fd);
    if (!facts.isFile() || facts.size > maxBytes) return undefined;
    return readWhole(fd, facts.size, maxBytes);
  } finally {
    closeSync(fd);
  }
}

/** What is at a path. */
export interface FoundFile {
  readonly facts: EntryFacts;
  /** Of a regular file of at most so many bytes */
  readonly content: Buffer | undefined;
}

/**
 * Looks at a file or folder, and at its content, in as few calls as possible.
 * @param isRight asked of what was opened
 * @returns undefined when it isn't right
 * @throws Error of the system
 */
export function inspectFile(
  path: string | Buffer,
  maxBytes: number,
  isRight: (fd: number) => boolean,
): FoundFile | undefined {
  const fd = openSync(path, readFlags);
  try {
    const facts = toFacts(fstatSync(fd, { bigint: true }));
    if (!isRight(fd)) return undefined;
    const isRead = facts.kind === "file" && facts.size <= maxBytes;
    return { facts, content: isRead ? readWhole(fd, facts.size, maxBytes) : undefined };
  } finally {
    closeSync(fd);
  }
}

/** A regular file that is open to be read in parts. */
export class PlainFile implements Disposable {
  readonly #fd: number;
  /** When it was opened, `bytes` */
  readonly size: number;

  private constructor(fd: number, size: number) {
    this.#fd = fd;
    this.size = size;
  }

  /** Undefined for what is no regular file, which is neither followed nor waited for. @throws Error of the system */
  static open(path: string | Buffer): PlainFile | undefined {
    const fd = openSync(path, readFlags);
    const facts = fstatSync(fd);
    if (facts.isFile()) return new PlainFile(fd, facts.size);
    closeSync(fd);
    return undefined;
  }

  /** At most so many bytes from there on; fewer at its end. @throws Error of the system */
  readAt(at: number, length: number): Buffer {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, this.size - at)));
    const count = buffer.length === 0 ? 0 : readSync(this.#fd, buffer, 0, buffer.length, at);
    return buffer.subarray(0, count);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
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

/**
 * Opens a file that wasn't there, for {@link fillPlainFile}.
 * @throws Error of the system; EEXIST when something is there already
 */
export function createPlainFile(path: string | Buffer, { mode = 0o644 }: Owner): number {
  return openSync(path, createFlags, mode);
}

/** Writes a file that was just made, gives it to its owner, and closes it. @throws Error of the system */
export function fillPlainFile(fd: number, content: string, { uid, gid }: Owner): void {
  try {
    writeSync(fd, content);
    if (process.geteuid?.() === 0) fchownSync(fd, uid, gid);
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes at the end of a regular file with one name.
 * @returns whether it was one
 * @throws Error of the system
 */
export function appendToPlainFile(path: string | Buffer, content: Uint8Array): boolean {
  const fd = openSync(path, appendFlags);
  try {
    const facts = fstatSync(fd);
    if (!facts.isFile() || facts.nlink !== 1) return false;
    writeSync(fd, content);
    return true;
  } finally {
    closeSync(fd);
  }
}
