import type { BigIntStats } from "node:fs";

export type EntryKind = "file" | "folder" | "link" | "other";

export interface Entry {
  /** As of {@link toNameText} in name-text.ts: never empty, without `/` */
  readonly name: string;
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
  /** Inode and when it came into being: the same entry of a file system, whatever its path, also after a restart */
  readonly key: string;
  readonly links: number;
  /** When it came into being, `ns`; where the file system doesn't keep it, when its content changed last */
  readonly bornAt: bigint;
  /** When the inode last changed, `ns`; nothing but the clock can set it */
  readonly changedAt: bigint;
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
  const bornAt = stats.birthtimeNs || stats.mtimeNs;
  return {
    kind: toKind(stats),
    size: Number(stats.size),
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    identity: `${stats.dev}:${stats.ino}`,
    key: `${stats.ino}:${bornAt}`,
    links: Number(stats.nlink),
    bornAt,
    changedAt: stats.ctimeNs,
  };
}

/** Whose a new entry is, when the process may say so. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly mode?: number;
}
