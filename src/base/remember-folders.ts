import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Paths } from "./paths.ts";
import { VaultboxError } from "./errors.ts";
import { writeFileAtomic } from "./fs/atomic-write.ts";
import { acquireLock } from "./fs/lock.ts";
import { readFolderList, toFolderListFile, toFolderListText } from "./folder-list.ts";
import { quoted } from "./printable.ts";
import { WritableFolders } from "./writable-folders.ts";
import { readState } from "./session-state.ts";

/** Beyond it, those that are gone are forgotten. */
const maxFolders = 4096;
const maxListBytes = 4 * 1024 * 1024;

/**
 * Adds folders to those that are remembered, before a sandbox can write in them.
 * @param folders real paths
 * @throws VaultboxError VBX_FILE_UNSAFE when the list is damaged or full, VBX_FILE_LOCKED
 */
export async function rememberFolders(paths: Paths, folders: readonly string[]): Promise<void> {
  const file = toFolderListFile(paths.state);
  const known = readFolderList(file);
  if (folders.every((folder) => known?.outerOf(folder) !== undefined)) return;
  await mkdir(paths.state, { recursive: true, mode: 0o700 });
  await using _lock = await acquireLock(`${file}.lock`);
  const before = readFolderList(file)?.all ?? (await readEarlierWorkspaces(paths));
  await writeFileAtomic(file, toText([...before, ...folders], file));
}

/** Of sessions that ran before there was a list. */
async function readEarlierWorkspaces(paths: Paths): Promise<readonly string[]> {
  const names = await readdir(paths.sessions).catch(() => []);
  const states = await Promise.all(names.map((id) => readState(paths, id)));
  return states.flatMap((state) => (state === undefined ? [] : [state.workspace]));
}

/** @throws VaultboxError VBX_FILE_UNSAFE when it's full */
function toText(folders: readonly string[], file: string): string {
  const kept = toBounded(withoutInner(folders));
  const text = toFolderListText(kept);
  if (kept.length <= maxFolders && Buffer.byteLength(text) <= maxListBytes) return text;
  throw new VaultboxError(
    "VBX_FILE_UNSAFE",
    `cannot remember another folder that a sandbox can write in: ${quoted(file)} has ${kept.length}`,
    { hints: ["take out of it the folders from which you run nothing"] },
  );
}

/** A folder in another one of the list says nothing more. */
function withoutInner(folders: readonly string[]): readonly string[] {
  const all = [...new Set(folders)];
  const outer = new WritableFolders(all);
  return all.filter((folder) => outer.outerOf(dirname(folder)) === undefined);
}

function toBounded(folders: readonly string[]): readonly string[] {
  return folders.length <= maxFolders ? folders : folders.filter((folder) => existsSync(folder));
}
