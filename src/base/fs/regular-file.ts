import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { VaultboxError, hasCode } from "../errors.ts";
import { quoted } from "../printable.ts";

// The way in which files are opened by their paths to be read. Opening a pipe would wait for its writer, reading a device
// might never end: neither is waited for, and only regular files are read.

/** Windows has neither flag, and they are undefined there. */
const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const noFollow = constants.O_NOFOLLOW ?? 0;

/**
 * Opens a regular file; the caller closes it.
 * @throws Error of the system; VaultboxError VBX_FILE_UNSAFE when it's something else
 */
export async function openRegularFile(
  path: string,
  options: { readonly followsLinks: boolean } = { followsLinks: true },
): Promise<FileHandle> {
  const flags = options.followsLinks ? readFlags : readFlags | noFollow;
  const handle = await open(path, flags).catch((error: unknown) => {
    throw isSocket(error) ? notRegular(path) : error;
  });
  try {
    if ((await handle.stat()).isFile()) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  throw notRegular(path);
}

/** @throws Error of the system; VaultboxError VBX_FILE_UNSAFE */
export async function readRegularFile(path: string): Promise<Buffer> {
  await using handle = await openRegularFile(path);
  return await handle.readFile();
}

/** As UTF-8. @throws Error of the system; VaultboxError VBX_FILE_UNSAFE */
export async function readRegularText(path: string): Promise<string> {
  return (await readRegularFile(path)).toString("utf8");
}

/** The same at once. @throws Error of the system; VaultboxError VBX_FILE_UNSAFE */
export function readRegularTextSync(path: string): string {
  const fd = openFd(path);
  try {
    if (!fstatSync(fd).isFile()) throw notRegular(path);
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}

function openFd(path: string): number {
  try {
    return openSync(path, readFlags);
  } catch (error) {
    throw isSocket(error) ? notRegular(path) : error;
  }
}

function isSocket(error: unknown): boolean {
  return hasCode(error, "ENXIO");
}

function notRegular(path: string): VaultboxError {
  return new VaultboxError(
    "VBX_FILE_UNSAFE",
    `cannot read ${quoted(path)}: it is not a regular file`,
  );
}
