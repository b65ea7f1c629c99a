import { closeSync, constants, openSync, readFileSync, readlinkSync } from "node:fs";
import { isAt } from "./folder-descriptor.ts";
import { readMounts, toPathInFileSystem } from "./mount-table.ts";
import { toNameText } from "./name-text.ts";

/** Which file or folder something is for the kernel, whatever path leads to it. */
export interface FileOrigin {
  /** `major:minor` of its file system */
  readonly device: string;
  /** Path in that file system */
  readonly root: string;
  /** Undefined before Linux 5.14 */
  readonly inode: string | undefined;
}

/** Opens nothing and asks for no right to read (open(2), O_PATH); Node doesn't name it. */
const pathOnly = 0o10000000;
const isLinux = process.platform === "linux";

/** What an open file or folder is; undefined where the kernel doesn't say. */
export function readOrigin(fd: number): FileOrigin | undefined {
  if (!isLinux) return undefined;
  try {
    const facts = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
    const path = toNameText(readlinkSync(`/proc/self/fd/${fd}`, { encoding: "buffer" }));
    const mount = /^mnt_id:\s*(\d+)/m.exec(facts)?.[1];
    const row = readMounts()?.find(({ id }) => id === mount);
    if (row === undefined) return undefined;
    const inode = /^ino:\s*(\d+)/m.exec(facts)?.[1];
    return { device: row.device, root: toPathInFileSystem(row, path), inode };
  } catch {
    // A kernel without these files, or a sandboxed one
    return undefined;
  }
}

/**
 * The same of what is at a real path now.
 * @throws Error of the system, or when something else is there than the path says
 */
export function readOriginAt(path: string): FileOrigin | undefined {
  if (!isLinux) return undefined;
  const fd = openSync(path, pathOnly | constants.O_NOFOLLOW);
  try {
    if (isAt(fd, path)) return readOrigin(fd);
    throw new Error("a link is on the way to it, or it was moved");
  } finally {
    closeSync(fd);
  }
}

/** Id of this boot of this machine's kernel (random(4)): what has another one numbers devices and files otherwise. */
export function readBootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    // Not Linux
    return undefined;
  }
}
