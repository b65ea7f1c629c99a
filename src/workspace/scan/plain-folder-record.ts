import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Paths } from "../../base/paths.ts";
import { writeFileAtomic } from "../../base/fs/atomic-write.ts";
import { orNothing } from "../../base/fs/beneath.ts";
import { toNameBytes } from "../../base/fs/name-text.ts";
import { readPlainFile } from "../../base/fs/plain-file.ts";
import {
  fieldsOf,
  listOf,
  number,
  oneOf,
  pairOf,
  parseJson,
  shapeOf,
  text,
  type Shape,
} from "../../base/shape.ts";
import { inState } from "../../base/state-folder.ts";

/** A folder among packages, as the end of a run saw it. */
export interface PlainFolder {
  readonly name: string;
  /** Text of its state when no special file was in it; empty: it isn't known to be plain */
  readonly state: string;
  /** Entries in it */
  readonly count: number;
  readonly folders: readonly PlainFolder[];
}

/** What is remembered of a root: folders by their paths from it, with all below them. */
export type PlainFolderTrees = ReadonlyMap<string, PlainFolder>;

/** What is in a file. */
interface StoredTrees {
  readonly version: typeof version;
  /** Real path of the root */
  readonly root: string;
  readonly trees: readonly (readonly [path: string, folder: PlainFolder])[];
}

const version = 1;
const plainFolder: Shape<PlainFolder> = fieldsOf<PlainFolder>({
  name: text,
  state: text,
  count: number,
  folders: listOf(shapeOf<PlainFolder>("write a folder", (value) => plainFolder.fits(value))),
});
const storedTrees = fieldsOf<StoredTrees>({
  version: oneOf(version),
  root: text,
  trees: listOf(pairOf(text, plainFolder)),
});
/** About 200,000 folders */
const maxBytes = 16 * 1024 * 1024;

/** The file of a root. @param root real path */
export function toPlainFolderFile(paths: Paths, root: string): string {
  const name = createHash("sha256").update(toNameBytes(root)).digest("hex").slice(0, 32);
  return join(toFolder(paths), `${name}.json`);
}

/** Nothing where the file is missing, damaged, another version's or another root's: then all is read again. */
export function readPlainFolders(file: string, root: string): PlainFolderTrees {
  const stored = parse(read(file));
  return new Map(stored?.root === root ? stored.trees : []);
}

/** Writes what is remembered of a root in place of what was; nothing when it's the same, or too much. */
export async function writePlainFolders(
  file: string,
  root: string,
  trees: PlainFolderTrees,
): Promise<void> {
  const stored: StoredTrees = { version, root, trees: [...trees] };
  const json = JSON.stringify(stored);
  if (Buffer.byteLength(json) > maxBytes || json === read(file)) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFileAtomic(file, json);
}

/** Removes what is remembered of folders that are gone. @returns their paths */
export async function removeGonePlainFolders(paths: Paths): Promise<readonly string[]> {
  const folder = toFolder(paths);
  const gone: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    const root = parse(read(file))?.root;
    if (root !== undefined && (await isFolder(root))) continue;
    await rm(file, { force: true });
    if (root !== undefined) gone.push(root);
  }
  return gone;
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await stat(toNameBytes(path)).catch(() => undefined);
  return stats?.isDirectory() === true;
}

function toFolder({ state }: Paths): string {
  return inState(state, "plain-folders");
}

function read(file: string): string | undefined {
  return orNothing(() => readPlainFile(file, maxBytes))?.toString("utf8");
}

function parse(json: string | undefined): StoredTrees | undefined {
  return json === undefined ? undefined : parseJson(json, storedTrees);
}
