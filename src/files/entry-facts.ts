import { Buffer } from "node:buffer";
import type { BigIntStats } from "node:fs";

/** A name in a folder: text, or its bytes when they are not UTF-8. */
export type EntryName = string | Buffer;
export type EntryKind = "file" | "folder" | "link" | "other";

export interface Entry {
  readonly name: EntryName;
  readonly kind: EntryKind;
}

/** What lstat(2) says of an entry. */
export interface EntryFacts {
  readonly kind: EntryKind;
  /** `bytes` */
  readonly size: number;
  /** Permission bits */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Device and inode: the same entry, whatever its name */
  readonly identity: string;
  readonly links: number;
  /** When the inode last changed, `ns`; nothing but the clock can set it */
  readonly changedAt: bigint;
}

export function toText(name: EntryName): string {
  return typeof name === "string" ? name : name.toString("utf8");
}

export function toName(bytes: Buffer): EntryName {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : bytes;
}

export function toKind(entry: {
  isFile: () => boolean;
  isDirectory: () => boolean;
  isSymbolicLink: () => boolean;
}): EntryKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  return entry.isSymbolicLink() ? "link" : "other";
}

/** What a system call said of an entry. */
export function toFacts(stats: BigIntStats): EntryFacts {
  return {
    kind: toKind(stats),
    size: Number(stats.size),
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    identity: `${stats.dev}:${stats.ino}`,
    links: Number(stats.nlink),
    changedAt: stats.ctimeNs,
  };
}

/** Whose a new entry is, when the process may say so. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly mode?: number;
}
