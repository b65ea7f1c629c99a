import type { Buffer } from "node:buffer";
import { lstatSync, statfsSync, type BigIntStats } from "node:fs";

// Whether a folder or file is as it was, without reading it. The kernel stamps a folder by its clock whenever an entry is
// added, removed or renamed, and a file whenever it's written to (`st_ctime` of inode(7)), and no call sets that time to
// another one.

/**
 * File systems that have this time from the kernel's clock alone, as statfs(2) calls them: ext2 to ext4, XFS, Btrfs, tmpfs,
 * F2FS. On FUSE, NFS, 9p, virtiofs and FAT somebody else says what time it was, and inodes of overlayfs needn't last.
 */
const stampedSystems: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0xf2f52010,
]);

/** Which folder or file it is, and when what is in it changed last. */
export interface FolderState {
  /** Device, inode and time: the same text for the same one with the same in it */
  readonly text: string;
  /** `ns` */
  readonly changedAt: bigint;
}

/** Reads states of folders, and asks each device once what it is. */
export class FolderStates {
  readonly #stamped = new Map<bigint, boolean>();

  /** Undefined for what is no folder, can't be asked, or lies on a file system whose times say nothing. */
  at(path: string | Buffer): FolderState | undefined {
    try {
      const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      return stats?.isDirectory() === true ? this.of(stats, path) : undefined;
    } catch {
      return undefined;
    }
  }

  /** The same of what was asked already. @param path leads to it. @throws Error of the system */
  of({ dev, ino, ctimeNs }: BigIntStats, path: string | Buffer): FolderState | undefined {
    let isStamped = this.#stamped.get(dev);
    if (isStamped === undefined) {
      isStamped = stampedSystems.has(statfsSync(path).type);
      this.#stamped.set(dev, isStamped);
    }
    return isStamped ? { text: `${dev}:${ino}:${ctimeNs}`, changedAt: ctimeNs } : undefined;
  }
}
