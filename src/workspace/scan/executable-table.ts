import type { Names } from "../../base/fs/beneath.ts";
import type { HostExecutableRow } from "./host-executables/parse-rows.ts";
import { NameFilter } from "./name-filter.ts";

/** A folder that is walked, as far as its path says something about the files in it. */
export interface ExecutableFolder {
  /** From the workspace, in lower case, with `/` before and after each name */
  readonly path: string;
  /** Of every file in it */
  readonly kind: string | undefined;
  /** Of those that are nothing else */
  readonly lesser: string | undefined;
}

/** What the host's programs do with files, by their paths. */
export interface ExecutableTable {
  /** @param path names from the workspace */
  readonly toFolder: (path: Names) => ExecutableFolder;
  /**
   * What a program of the host would do with a file; undefined for an ordinary one. A pattern with folders and a name
   * counts first, then one of folders, then a name, then a name with `*`. Of two the longer one counts.
   */
  readonly findKind: (folder: ExecutableFolder, name: string) => string | undefined;
  /** What a program of the host would do with files somewhere in a folder, whatever else is on their way. */
  readonly findKindBelow: (path: Names) => string | undefined;
}

/** A name with at most one `*` in it, which parts it in two. */
interface NamePart {
  readonly start: string;
  /** Undefined without a `*` */
  readonly end: string | undefined;
}

/** Folders and a name. */
interface NamePattern extends NamePart {
  readonly kind: string;
  /** As in `ExecutableFolder`; empty for any folder */
  readonly folders: string;
}

interface FolderPattern {
  readonly kind: string;
  /** One for each name of the folder's path */
  readonly names: readonly NamePart[];
  /** Letters of the pattern */
  readonly length: number;
}

/** Patterns by what a name is looked up with: a few of them are then tried, and not hundreds for every file. */
interface Patterns {
  /** Of all with a name */
  readonly filter: NameFilter;
  readonly names: Map<string, NamePattern[]>;
  /** By the first one or two letters, of those with `*` after them */
  readonly starts: Map<number, NamePattern[]>;
  /** By the extension, of those that begin with `*` */
  readonly extensions: Map<string, NamePattern[]>;
  /** By the first name; `*` has those whose first name has one */
  readonly folders: Map<string, FolderPattern[]>;
  readonly lesserFolders: Map<string, FolderPattern[]>;
}

/** Folders on the way to a file or folder of a pattern, by their last name, or `*` */
type Ways = Map<string, FolderPattern[]>;

/** @param lesser rows that count for what is nothing else by its folders */
export function createExecutableTable(
  rows: readonly HostExecutableRow[],
  lesser: readonly HostExecutableRow[] = [],
): ExecutableTable {
  const patterns: Patterns = {
    filter: new NameFilter(),
    names: new Map(),
    starts: new Map(),
    extensions: new Map(),
    folders: new Map(),
    lesserFolders: new Map(),
  };
  let ways: Ways | undefined;
  addRows(patterns, patterns.folders, rows);
  addRows(patterns, patterns.lesserFolders, lesser);
  return {
    toFolder: (path) => toFolder(patterns, path),
    findKind: (folder, name) =>
      // Nearly every file
      patterns.filter.mayFit(name)
        ? findKind(patterns, folder, name.toLowerCase())
        : (folder.kind ?? folder.lesser),
    // Asked of links alone, of which many workspaces have none
    findKindBelow: (path) => findKindBelow((ways ??= toWays(rows)), path),
  };
}

function* listPatterns(rows: readonly HostExecutableRow[]): Generator<[string, string]> {
  for (const { kind, patterns } of rows) {
    for (const pattern of patterns.split(" ")) yield [kind, pattern];
  }
}

function addRows(
  patterns: Patterns,
  folders: Patterns["folders"],
  rows: readonly HostExecutableRow[],
): void {
  for (const [kind, pattern] of listPatterns(rows)) {
    const names = pattern.split("/");
    if (names.at(-1) !== "") addName(patterns, kind, pattern);
    else add(folders, toKey(names[0]), toFolderPattern(kind, names.slice(0, -1)));
  }
}

/** Of each pattern all folders on its way. */
function toWays(rows: readonly HostExecutableRow[]): Ways {
  const ways: Ways = new Map();
  for (const [kind, pattern] of listPatterns(rows)) {
    const folders = pattern.split("/").slice(0, -1);
    for (const [index, last] of folders.entries())
      add(ways, toKey(last), toFolderPattern(kind, folders.slice(0, index + 1)));
  }
  return ways;
}

function toFolderPattern(kind: string, names: Names): FolderPattern {
  return { kind, names: names.map(toPart), length: names.join("/").length };
}

/** What folders are looked up with. */
function toKey(name = ""): string {
  return name.includes("*") ? "*" : name;
}

function addName(
  { filter, names, starts, extensions }: Patterns,
  kind: string,
  pattern: string,
): void {
  const at = pattern.lastIndexOf("/") + 1;
  const name = pattern.slice(at);
  const { start, end } = toPart(name);
  const folders = at === 0 ? "" : `/${pattern.slice(0, at)}`;
  const one = { kind, folders, start, end };
  if (end === undefined) {
    filter.addName(name);
    add(names, name, one);
  } else if (start === "") {
    filter.addEnd(end);
    add(extensions, toExtension(end), one);
  } else {
    filter.addStart(start);
    add(starts, toStart(start, Math.min(start.length, 2)), one);
  }
}

function add<K, T>(map: Map<K, T[]>, key: K, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function toPart(name: string): NamePart {
  const at = name.indexOf("*");
  return at === -1
    ? { start: name, end: undefined }
    : { start: name.slice(0, at), end: name.slice(at + 1) };
}

function fitsPart({ start, end }: NamePart, name: string): boolean {
  if (end === undefined) return name === start;
  const isLong = name.length >= start.length + end.length;
  return isLong && name.startsWith(start) && name.endsWith(end);
}

/** The first letters as a number, for which no text has to be made. */
function toStart(name: string, letters: number): number {
  const first = name.charCodeAt(0);
  return letters === 1 ? first : first * 0x10000 + name.charCodeAt(1);
}

function toExtension(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function toFolder({ folders, lesserFolders }: Patterns, path: Names): ExecutableFolder {
  const parts = path.map((name) => name.toLowerCase());
  const kind = findFolder(folders, parts);
  const lesser = findFolder(lesserFolders, parts);
  return { path: `/${parts.map((part) => `${part}/`).join("")}`, kind, lesser };
}

function findFolder(folders: Patterns["folders"], parts: readonly string[]): string | undefined {
  const wild = folders.get("*") ?? [];
  let closest: FolderPattern | undefined;
  for (const [index, part] of parts.entries()) {
    for (const one of [...(folders.get(part) ?? []), ...wild]) {
      if (fits(one, parts.slice(index)) && one.length > (closest?.length ?? 0)) closest = one;
    }
  }
  return closest?.kind;
}

function fits({ names }: FolderPattern, parts: readonly string[]): boolean {
  return names.every((name, index) => fitsPart(name, parts[index] ?? ""));
}

function findKindBelow(ways: Ways, path: Names): string | undefined {
  const parts = path.map((name) => name.toLowerCase());
  const found = [...(ways.get(parts.at(-1) ?? "") ?? []), ...(ways.get("*") ?? [])];
  return found.find((one) => fits(one, parts.slice(-one.names.length)))?.kind;
}

function findKind(
  { names, starts, extensions }: Patterns,
  folder: ExecutableFolder,
  name: string,
): string | undefined {
  const exact = findClosest(names.get(name), folder, name);
  let wild = findClosest(starts.get(toStart(name, 2)), folder, name);
  wild = findClosest(starts.get(toStart(name, 1)), folder, name, wild);
  wild = findClosest(extensions.get(toExtension(name)), folder, name, wild);
  if (exact === undefined && wild === undefined) return folder.kind ?? folder.lesser;
  const withFolders = [exact, wild].find((one) => one !== undefined && one.folders !== "");
  return withFolders?.kind ?? folder.kind ?? exact?.kind ?? wild?.kind;
}

/** @param closest the one that counts so far */
function findClosest(
  patterns: readonly NamePattern[] | undefined,
  { path }: ExecutableFolder,
  name: string,
  closest?: NamePattern,
): NamePattern | undefined {
  if (patterns === undefined) return closest;
  let found = closest;
  for (const one of patterns) {
    const fitting = fitsPart(one, name) && path.endsWith(one.folders);
    if (fitting && (found === undefined || isCloser(one, found))) found = one;
  }
  return found;
}

function isCloser(one: NamePattern, other: NamePattern): boolean {
  const toLength = ({ folders, start, end }: NamePattern): number =>
    folders.length + start.length + (end?.length ?? 0);
  return toLength(one) > toLength(other);
}
