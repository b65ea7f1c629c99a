import { Buffer } from "node:buffer";
import { inFolderOf, type Folder, type Names } from "../../../base/fs/beneath.ts";
import { maxNameBytes } from "../../../base/fs/folder-descriptor.ts";
import { toNameBytes, toNameText } from "../../../base/fs/name-text.ts";
import { toWayThere } from "../../host-path.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { readBlob } from "../../git-dir/objects/read-blob.ts";
import type { OpenRoot } from "../../roots/mounted-root.ts";
import { lookUpTracked, type EntryTest, type TrackedEntry } from "./index-lookup.ts";
import type { PlaceInTree, WorkTree, WorkTrees } from "./work-trees.ts";

// What git has of files that are to be hidden: in the index, whose objects the sandbox can read anyway.

/** A file as git has it. */
export interface ShownFile {
  /** Of a link the content says where to; a submodule is an empty folder */
  readonly kind: "file" | "program" | "link" | "submodule";
  /** Nothing where it can't be read, or isn't what git checks out: a filter makes that */
  readonly content: Buffer;
  /** What git remembers, with zeros behind the content: it takes a file of another size for changed without a look */
  readonly size: number;
  /** When git saw it last, `s`: it takes a file of another time for one that it has to check out again */
  readonly modifiedAt: number;
}

/** What git has of a file that lies in a work tree. */
export interface TrackedFile {
  /** Undefined when it's no plain file for git */
  readonly shown: ShownFile | undefined;
  /** Whether the file there is the same: to hide it would hide nothing */
  readonly isSame: boolean;
}

/** No file with settings is larger, and few with keys; of a larger one nothing is shown */
const maxFileBytes = 32 * 1024 * 1024;
/** Of a hidden folder: more isn't what somebody hides, and each is written for the session */
const maxFolderFiles = 1000;
const maxFolderBytes = 64 * 1024 * 1024;
const maxPathLength = 2048;

/** What is looked through for it, and what that may cost: once it's spent, nothing more is found. */
export interface TrackedFiles {
  readonly trees: WorkTrees;
  readonly budget: ScanBudget;
}

/**
 * What git has of files of a root, by their paths from it; those that it hasn't are missing.
 * @param all names of files
 */
export async function inspectTracked(
  { trees, budget }: TrackedFiles,
  root: OpenRoot,
  all: readonly Names[],
): Promise<ReadonlyMap<string, TrackedFile>> {
  const byTree = new Map<WorkTree, Map<string, readonly string[]>>();
  for (const names of all) {
    const [place] = trees(root, names);
    if (place === undefined) continue;
    const wanted = byTree.get(place.tree) ?? new Map<string, readonly string[]>();
    byTree.set(place.tree, wanted.set(toLetters(place.names), names));
  }
  const found = new Map<string, TrackedFile>();
  for (const [tree, wanted] of byTree) {
    using repository = (await budget.turn()) ? tree.open() : undefined;
    if (repository === undefined) continue;
    const entries = lookUpTracked(repository.own, toTest(wanted), budget);
    for (const [name, entry] of entries) {
      if (budget.isDue()) await budget.turn();
      const names = wanted.get(name);
      if (names === undefined) continue;
      const whole = readShown(repository.common, entry, budget);
      const shown = whole?.kind === "file" || whole?.kind === "program" ? whole : undefined;
      const file = { shown, isSame: shown !== undefined && isSame(root, names, shown) };
      found.set(names.join("/"), file);
    }
  }
  return found;
}

/**
 * What git has of a folder's files, by their paths from it.
 * @returns empty when git has none; undefined when it's too much, or can't be read
 */
export async function inspectBeneathTracked(
  { tree, names }: PlaceInTree,
  budget: ScanBudget,
): Promise<ReadonlyMap<string, ShownFile> | undefined> {
  if (!(await budget.turn())) return undefined;
  using repository = tree.open();
  if (repository === undefined) return new Map();
  const prefix = `${toLetters(names)}/`;
  const isBeneath: EntryTest = ({ name }) => name().startsWith(prefix);
  const entries = lookUpTracked(repository.own, isBeneath, budget);
  if (entries.size > maxFolderFiles) return undefined;
  const found = new Map<string, ShownFile>();
  let bytes = 0;
  for (const [name, entry] of entries) {
    if (budget.isDue()) await budget.turn();
    const path = toNameText(Buffer.from(name.slice(prefix.length), "latin1"));
    const shown = readShown(repository.common, entry, budget);
    bytes += shown?.content.length ?? 0;
    if (shown === undefined || bytes > maxFolderBytes || !isPlainPath(path)) return undefined;
    if (shown.kind === "link" && !isPlainTarget(shown.content)) return undefined;
    found.set(path, shown);
  }
  return isTree(found) ? found : undefined;
}

/** The index is a sandbox's to write, and these become files of the session. */
function isPlainPath(path: string): boolean {
  const isPlain = (name: string): boolean =>
    !["", ".", ".."].includes(name) && Buffer.byteLength(toNameBytes(name)) <= maxNameBytes;
  return path.length <= maxPathLength && path.split("/").every(isPlain);
}

/** Whether a link can lead there. */
function isPlainTarget(target: Buffer): boolean {
  return target.length > 0 && target.length <= maxPathLength && !target.includes(0);
}

/** Whether no file is a folder of others. */
function isTree(files: ReadonlyMap<string, ShownFile>): boolean {
  const paths = [...files.keys()];
  const folders = new Set(paths.flatMap((path) => toWayThere(path.split("/"))));
  return !paths.some((path) => folders.has(path));
}

/** As names stand in an index, a letter for each byte. */
function toLetters(names: Names): string {
  return Buffer.from(toNameBytes(names.join("/"))).toString("latin1");
}

function toTest(wanted: ReadonlyMap<string, unknown>): EntryTest {
  const lengths = new Set([...wanted.keys()].map(({ length }) => length));
  return ({ nameLength, name }) => lengths.has(nameLength) && wanted.has(name());
}

/** Of a tree's entry (gitformat-index(5), "mode"). */
const kinds: ReadonlyMap<number, ShownFile["kind"]> = new Map([
  [0o100644, "file"],
  [0o100755, "program"],
  [0o120000, "link"],
  [0o160000, "submodule"],
]);

function readShown(
  repository: Folder,
  { id, mode, size, modifiedAt }: TrackedEntry,
  budget: ScanBudget,
): ShownFile | undefined {
  const kind = kinds.get(mode);
  if (kind === undefined) return undefined;
  const isRead = kind !== "submodule" && budget.ended() === undefined;
  const content = isRead ? readForm(repository, id, size) : nothing;
  budget.spend("bytes", content.length);
  return { kind, content, size: Math.max(size, content.length), modifiedAt };
}

const nothing = Buffer.alloc(0);

/** As it's checked out, which is told by the size. */
function readForm(repository: Folder, id: string, size: number): Buffer {
  const content = readBlob(repository, id, maxFileBytes);
  // Of size zero git looks again
  if (content === undefined || content.length === size || size === 0) return content ?? nothing;
  const form = withReturns(content);
  return form.length === size ? form : nothing;
}

/** As git checks it out with `core.autocrlf`. */
function withReturns(content: Buffer): Buffer {
  return Buffer.from(content.toString("latin1").replaceAll(/\r?\n/g, "\r\n"), "latin1");
}

function isSame(root: OpenRoot, names: Names, { content }: ShownFile): boolean {
  const now = inFolderOf(root.folder, names, (around, name) => around.read(name, maxFileBytes));
  return now?.equals(content) === true;
}
