import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { VaultboxError } from "../../base/errors.ts";
import { Folder, orNothing, type Names } from "../../base/fs/beneath.ts";
import { type FileOrigin, readOriginAt } from "../../base/fs/file-origin.ts";
import { quoted } from "../../base/printable.ts";
import type { BindMount } from "../../engine/engine.ts";
import { toApart, toMountedRoots, type MountedRoot, type OpenRoot } from "./mounted-root.ts";
import { toNames, toRealPath } from "../host-path.ts";
import { readLine } from "../git-dir/git-location.ts";

/** A file or folder of the host that was checked, and where it is to be in the sandbox. */
export interface MountSource {
  readonly target: string;
  /** Undefined where the host's kernel doesn't say */
  readonly origin: FileOrigin | undefined;
}

/** What is mounted, opened: folders are looked through, files are only told from others. */
export interface OpenedMounts {
  /** The workspace first */
  readonly roots: readonly OpenRoot[];
  readonly files: readonly MountSource[];
}

/**
 * Opens the workspace and what is mounted beside it.
 * @param workspace absolute real path
 * @throws VaultboxError VBX_MOUNT_REFUSED when one can't be opened, or isn't what was checked any more
 */
export function openMounts(workspace: string, mounts: readonly BindMount[]): OpenedMounts {
  const places: MountedRoot[] = [];
  const files: MountSource[] = [];
  for (const root of toMountedRoots(workspace, mounts)) {
    const { kind, source, target } = root;
    if (kind === "workspace" || openOrRefuse(source, (path) => statSync(path).isDirectory())) {
      places.push(root);
    } else files.push({ target, origin: openOrRefuse(source, readOriginAt) });
  }
  return { roots: openRoots(places), files };
}

/**
 * @param others roots that are there already
 * @throws VaultboxError VBX_MOUNT_REFUSED
 */
export function openRoots(
  places: readonly MountedRoot[],
  others: readonly MountedRoot[] = [],
): readonly OpenRoot[] {
  using opened = new DisposableStack();
  const roots = places.map((place) => {
    const folder = opened.use(openOrRefuse(place.source, (path) => Folder.openReal(path)));
    const apart = toApart(place, [...others, ...places]);
    if (place.kind !== "repository") return { ...place, folder, apart, emptied: [] };
    const trees = findInnerTrees(folder, place.source);
    const emptied = trees.filter((names) => !apart.has(names.join("/")));
    const all = [...apart, ...emptied.map((names) => names.join("/"))];
    return { ...place, folder, emptied, apart: new Set(all) };
  });
  opened.move();
  return roots;
}

function openOrRefuse<T>(source: string, open: (path: string) => T): T {
  try {
    return open(source);
  } catch (error) {
    throw new VaultboxError(
      "VBX_MOUNT_REFUSED",
      `cannot open ${quoted(source)} to look through it`,
      { hints: ["it must be there, and yours to read"], cause: error },
    );
  }
}

/** What git itself keeps in a repository's folder (gitrepository-layout(5)); no work tree is in there. */
const gitNames =
  /^(?:objects|refs|logs|info|hooks|branches|remotes|modules|worktrees|lfs|svn|annex|rr-cache|common|rebase-.*|sequencer|.*WORKTREE)$/;

/**
 * Finds linked work trees that lie in the folder of their repository, as beside a bare one.
 * @param source real path of the folder
 * @returns names from it
 */
export function findInnerTrees(folder: Folder, source: string): readonly Names[] {
  using worktrees = orNothing(() => folder.open("worktrees"));
  const found = (worktrees?.entries() ?? []).flatMap(({ name, kind }) => {
    using own = kind === "folder" ? orNothing(() => worktrees?.open(name)) : undefined;
    const link = own && orNothing(() => readLine(own, "gitdir"));
    if (link === undefined) return [];
    const tree = toRealPath(dirname(resolve(join(source, "worktrees", name), link)));
    const names = tree === undefined ? undefined : toNames(source, tree);
    return names === undefined ? [] : [names];
  });
  return found.filter((names) => isTree(folder, names));
}

function isTree(folder: Folder, names: Names): boolean {
  if (names.length === 0 || gitNames.test(names[0] ?? "")) return false;
  using tree = orNothing(() => folder.openPath(names));
  return orNothing(() => tree?.facts(".git"))?.kind === "file";
}
