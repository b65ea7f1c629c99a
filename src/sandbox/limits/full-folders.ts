import { closeSync, constants, openSync, statfsSync } from "node:fs";
import { readMounts } from "../../base/fs/mount-table.ts";
import { toNameBytes } from "../../base/fs/name-text.ts";

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** `TMPFS_MAGIC` of statfs(2) */
const tmpfsType = 0x01021994;
/** What is left in a file system that is full for those who write to it */
const leftPart = 1 / 200;
/** Writable file systems in memory of a container that nobody writes files to */
const devices = /^\/(?:dev|proc|sys)(?:\/(?!shm$)|$)/;

/** A file system in memory that has no room. */
export interface FullFolder {
  /** Where it is in the container */
  readonly path: string;
  readonly bytes: number;
}

/**
 * Holds the file systems in memory of a container open, which keeps them until it's disposed: so it can be told after the
 * container's end that one was full. To be opened before anything of a sandbox's runs.
 */
export class TemporaryFolders implements Disposable {
  readonly #open: readonly { readonly path: string; readonly descriptor: number }[];

  /** @param pid of the container's first process; known to be one of this machine */
  constructor(pid: number) {
    this.#open = findMemoryFolders(pid).flatMap((path) => {
      const descriptor = openFolder(`/proc/${pid}/root${path}`);
      return descriptor === undefined ? [] : [{ path, descriptor }];
    });
  }

  findFull(): readonly FullFolder[] {
    return this.#open.flatMap(({ path, descriptor }) => {
      const { type, blocks, bfree, bsize, files, ffree } = statfsSync(
        `/proc/self/fd/${descriptor}`,
      );
      const isFull = (blocks > 0 && bfree <= blocks * leftPart) || (files > 0 && ffree === 0);
      return type === tmpfsType && isFull ? [{ path, bytes: blocks * bsize }] : [];
    });
  }

  [Symbol.dispose](): void {
    for (const { descriptor } of this.#open) closeSync(descriptor);
  }
}

function findMemoryFolders(pid: number): readonly string[] {
  // Another user's process isn't told of, as with a rootless engine
  const mounts = readMounts(pid) ?? [];
  return mounts.flatMap(({ type, target }) =>
    type === "tmpfs" && !devices.test(target) ? [target] : [],
  );
}

function openFolder(path: string): number | undefined {
  try {
    return openSync(toNameBytes(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    // As above
    return undefined;
  }
}
