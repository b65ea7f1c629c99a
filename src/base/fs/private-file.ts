// Files that hold a key or a vault: only a regular file of this user that nobody else can read or write, in a folder of
// which the same is true. Links are refused, so that nobody decides where a secret is read from or written to.
import { lstat, mkdir, type FileHandle } from "node:fs/promises";
import type { BigIntStats } from "node:fs";
import { VaultboxError, hasCode } from "../errors.ts";
import { openRegularFile } from "./regular-file.ts";
import { quoted } from "../printable.ts";
import { toShellWord } from "../shell-word.ts";

/** What tells one version of a file from another. */
export interface FileVersion {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

export interface PrivateFile {
  readonly bytes: Uint8Array;
  readonly version: FileVersion;
}

/** Makes the folder 0700 if it's missing. @throws VaultboxError VBX_FILE_UNSAFE */
export async function ensurePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await checkPrivateFolder(path);
}

/** @throws VaultboxError VBX_FILE_UNSAFE */
export async function checkPrivateFolder(path: string): Promise<void> {
  const stats = await lstat(path, { bigint: true });
  if (!stats.isDirectory()) throw unsafe(path, "it is not a folder");
  checkOwnerAndMode(path, stats, "chmod 700");
}

/**
 * Reads a private file; `undefined` when it doesn't exist.
 * @throws VaultboxError VBX_FILE_UNSAFE
 */
export async function readPrivateFile(
  path: string,
  maxBytes: number,
): Promise<PrivateFile | undefined> {
  const handle = await openWithoutFollowing(path);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat({ bigint: true });
    checkOwnerAndMode(path, stats, "chmod 600");
    if (stats.size > maxBytes) {
      throw unsafe(path, `it has ${stats.size} bytes, and ${maxBytes} are the most`);
    }
    return { bytes: await handle.readFile(), version: toVersion(stats) };
  } finally {
    await handle.close();
  }
}

/** The version of the file at this path; `undefined` when there is none. */
export async function readFileVersion(path: string): Promise<FileVersion | undefined> {
  try {
    return toVersion(await lstat(path, { bigint: true }));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

export function isSameVersion(a: FileVersion, b: FileVersion | undefined): boolean {
  if (b === undefined) return false;
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

async function openWithoutFollowing(path: string): Promise<FileHandle | undefined> {
  try {
    return await openRegularFile(path, { followsLinks: false });
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    if (hasCode(error, "ENAMETOOLONG")) throw unsafe(path, "the name is too long");
    if (hasCode(error, "ELOOP", "EMLINK")) throw unsafe(path, "it is a symbolic link");
    if (hasCode(error, "EACCES")) throw unsafe(path, "this user may not read it");
    throw error;
  }
}

function checkOwnerAndMode(path: string, stats: BigIntStats, remedy: string): void {
  // Windows has access lists instead; the user's profile folder is private by default
  if (process.platform === "win32") return;
  const user = process.geteuid?.();
  if (user !== undefined && stats.uid !== BigInt(user)) {
    throw unsafe(path, `it belongs to the user with uid ${stats.uid}`);
  }
  const mode = Number(stats.mode & 0o777n);
  if ((mode & 0o077) === 0) return;
  throw unsafe(path, `its mode is 0${mode.toString(8)}, so others can reach it`, [
    `check who changed it, then: ${remedy} ${toShellWord(path)}`,
  ]);
}

function toVersion(stats: BigIntStats): FileVersion {
  const { ino, size, mtimeNs, ctimeNs } = stats;
  return { ino, size, mtimeNs, ctimeNs };
}

function unsafe(path: string, why: string, hints: readonly string[] = []): VaultboxError {
  return new VaultboxError("VBX_FILE_UNSAFE", `cannot use ${quoted(path)}: ${why}`, { hints });
}

/** Throws whatever isn't the lack of a file or folder. */
export function ignoreMissing(error: unknown): void {
  if (!hasCode(error, "ENOENT")) throw error;
}
