import type { Paths } from "../../base/paths.ts";
import type { Folder } from "../../base/fs/beneath.ts";
import { FolderStates } from "../../base/fs/folder-state.ts";
import { isSettled } from "../clock-slack.ts";
import { leadsToPackages } from "./installed-packages.ts";
import {
  readPlainFolders,
  toPlainFolderFile,
  writePlainFolders,
  type PlainFolder,
  type PlainFolderTrees,
} from "./plain-folder-record.ts";
import type { Place } from "./walk.ts";

/** Folders that a start read; for fewer the end doesn't take notes anew. */
const minRead = 64;
/** Of one root; of those beyond nothing is remembered. */
const maxFolders = 200_000;

/** What the end of a run saw of a folder. */
interface Note extends Omit<PlainFolder, "name" | "folders"> {
  /** Names of the folders in it */
  readonly folders: readonly string[];
}

/**
 * The plain folders of a root: those among packages in which the end of an earlier run found no special file. As long as
 * such a folder's state is the same, no start has to read it. The end of a run goes by no earlier one: it goes from folder
 * to folder that it holds open, so that what it notes of one is true of it, wherever it lies.
 */
export class PlainFolders {
  readonly #file: string;
  readonly #root: string;
  readonly #states = new FolderStates();
  #trees: PlainFolderTrees | undefined;
  #readCount = 0;
  /** When the end's look began, `ns` */
  #begunAt = 0n;
  readonly #notes = new Map<string, Note>();
  /** Paths that a start begins at */
  readonly #tops: string[] = [];

  /** @param root real path */
  constructor(paths: Paths, root: string) {
    this.#file = toPlainFolderFile(paths, root);
    this.#root = root;
  }

  /** What is remembered of a folder that a start begins at. @param path from the root */
  find(path: string): PlainFolder | undefined {
    this.#trees ??= readPlainFolders(this.#file, this.#root);
    return this.#trees.get(path);
  }

  /** Whether what is at a path now is a folder that was plain, with the entries that it had. */
  isStillPlain(root: Folder, path: string, { state }: PlainFolder): boolean {
    return state !== "" && root.stateBelow(path, this.#states)?.text === state;
  }

  /** Says that a start had to read a folder. */
  countRead(): void {
    this.#readCount += 1;
  }

  /** Whether the end is to take notes: reading what the start read costs more than that. */
  wantsNotes(): boolean {
    return this.#readCount >= minRead;
  }

  /** Before the end's look begins. */
  beginNotes(): void {
    this.#begunAt = BigInt(Date.now()) * 1_000_000n;
  }

  /** Takes what the end's look sees of a folder. @param isPackages whether all of the root is packages */
  note({ names, folder, entries }: Place, isPackages: boolean): void {
    if (this.#notes.size >= maxFolders) return;
    // A start begins there, and reads nothing but special files from there on
    const isTop = (name: string, at: number): boolean => leadsToPackages(names.slice(0, at), name);
    const depth = isPackages ? 0 : names.findIndex(isTop);
    if (depth === -1) return;
    const path = names.join("/");
    if (isPackages ? names.length === 0 : depth === names.length - 1) this.#tops.push(path);
    const state = folder.state(this.#states);
    const isPlain = entries.every(({ kind }) => kind !== "other");
    const folders = entries.filter(({ kind }) => kind === "folder").map(({ name }) => name);
    const isKnown = isPlain && state !== undefined && isSettled(state.changedAt, this.#begunAt);
    this.#notes.set(path, { state: isKnown ? state.text : "", count: entries.length, folders });
  }

  /** Remembers what was noted. @throws Error of the system */
  async remember(): Promise<void> {
    const trees = this.#tops.map((path) => [path, this.#toTree(path, path)] as const);
    await writePlainFolders(this.#file, this.#root, new Map(trees));
  }

  #toTree(path: string, name: string): PlainFolder {
    const { state, count, folders } = this.#notes.get(path) ?? { state: "", count: 0, folders: [] };
    const toInner = (inner: string): PlainFolder =>
      this.#toTree(path === "" ? inner : `${path}/${inner}`, inner);
    return { name, state, count, folders: folders.map(toInner) };
  }
}
