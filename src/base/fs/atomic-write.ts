import { hasCode } from "../errors.ts";
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, open, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Replaces a file so that a reader, a crash or a full disk sees the old or the new content and nothing else:
 * temp file in the same folder, fsync, rename, fsync of the folder.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: { mode: number } = { mode: 0o600 },
): Promise<void> {
  const temporary = await writeTemporary(path, content, options.mode);
  try {
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * Makes a file of mode 0600 that wasn't there, likewise whole or not at all: what came to be at the path meanwhile stays.
 * @throws Error of the system; EEXIST when something is there
 */
export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = await writeTemporary(path, content, 0o600);
  try {
    await link(temporary, path).catch((error: unknown) => {
      if (!hasNoLinks(error)) throw error;
      return copyFile(temporary, path, constants.COPYFILE_EXCL);
    });
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  await syncFolder(dirname(path));
}

/** File systems of sticks and shares: FAT, SMB. */
function hasNoLinks(error: unknown): boolean {
  return hasCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS");
}

async function writeTemporary(
  path: string,
  content: string | Uint8Array,
  mode: number,
): Promise<string> {
  const name = `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`;
  const temporary = join(dirname(path), name);
  const handle = await open(temporary, "wx", mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
  return temporary;
}

async function syncFolder(path: string): Promise<void> {
  // Windows can't open a folder; there the rename is durable by itself
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
