import { join } from "node:path";
import { orNothing, type Folder, type Names } from "../../../base/fs/beneath.ts";
import { contains } from "../../../base/fs/path-steps.ts";
import { findInnermost, toNames, toWays } from "../../host-path.ts";
import {
  findNamedTrees,
  findOuterPlaces,
  toGitPlace,
  type GitPlace,
} from "../../git-dir/git-place.ts";
import { isGitName } from "../../git-dir/repository-signs.ts";
import type { OpenRoot } from "../../roots/mounted-root.ts";
import type { ScannedRoot } from "../../roots/scan-root.ts";

/** A work tree whose repository the sandbox has, too. */
export interface WorkTree {
  /** Absolute real path on the host */
  readonly path: string;
  /** What is its own of the repository, in the sandbox */
  readonly gitDirectory: string;
  /** Undefined when it can't be opened any more */
  readonly open: () => OpenRepository | undefined;
}

/** Folders of a repository, open. */
export interface OpenRepository extends Disposable {
  /** With the index */
  readonly own: Folder;
  /** With the objects */
  readonly common: Folder;
}

/** A place in a work tree. */
export interface PlaceInTree {
  readonly tree: WorkTree;
  /** From the work tree */
  readonly names: Names;
}

/**
 * Where git has a place of a root: in the innermost work tree with a `.git`, then in all that repositories' settings name.
 * Nowhere outside of work trees, and in a repository's own folder.
 */
export type WorkTrees = (root: OpenRoot, names: Names) => readonly PlaceInTree[];

/**
 * Finds the work trees in which files of the roots lie. A `.git` file can name any repository of the host, so one that
 * isn't in the sandbox doesn't count: what it has may not be shown.
 */
export async function findWorkTreesOf(looked: readonly ScannedRoot[]): Promise<WorkTrees> {
  const roots = looked.map(({ root }) => root);
  const inner = new Map<string, () => GitPlace | undefined>();
  for (const { root, scan } of looked) {
    for (const gitDir of scan.repositories) {
      if (gitDir.shape !== "folder" && gitDir.shape !== "file") continue;
      const path = join(root.source, ...gitDir.names.slice(0, -1));
      inner.set(path, () => orNothing(() => toGitPlace(root.source, gitDir)));
    }
  }
  const known = new Map<string, WorkTree | undefined>();
  const toKnown = (key: string, find: () => GitPlace | undefined): WorkTree | undefined => {
    if (!known.has(key)) known.set(key, toWorkTree(find(), roots));
    return known.get(key);
  };
  const findOwn = (root: OpenRoot, names: Names): WorkTree | undefined => {
    for (let length = names.length - 1; length >= 0; length--) {
      const path = join(root.source, ...names.slice(0, length));
      const find = inner.get(path);
      if (find !== undefined) return toKnown(path, find);
    }
    // A workspace may be a folder of a repository
    return toKnown(`around ${root.source}`, () => findOuterPlaces(root.source)[0]);
  };
  const named = await findNamed(looked, roots);
  return (root, names) => {
    const own = findOwn(root, names);
    const path = join(root.source, ...names);
    const others = named.filter(
      (one) =>
        one.gitDirectory !== own?.gitDirectory && one.path !== path && contains(one.path, path),
    );
    return [...(own === undefined ? [] : [own]), ...others].flatMap((tree) => {
      const inTree = path
        .slice(tree.path.length)
        .split("/")
        .filter((name) => name !== "");
      const isIn = inTree.length > 0 && !inTree.some((name) => isGitName(name));
      return isIn ? { tree, names: inTree } : [];
    });
  };
}

// A mask can't be changed by git in the sandbox: it's a mount. What git checks out over it, or adds from it, would be a
// commit that has lost the content. So git there is told to take each of them for what its index has, and to add none.

/** What is hidden of a work tree. */
export interface FrozenTree {
  /** In the sandbox */
  readonly gitDirectory: string;
  /** Paths from the work tree, of files and folders */
  readonly paths: readonly string[];
}

export function toFrozenTrees(places: readonly PlaceInTree[]): readonly FrozenTree[] {
  const byTree = Map.groupBy(places, ({ tree }) => tree.gitDirectory);
  return [...byTree].map(([gitDirectory, all]) => ({
    gitDirectory,
    paths: all.map(({ names }) => names.join("/")),
  }));
}

/** Nobody has as many; a sandbox may make any number, and git in the next one is told of each in files of its own */
const maxNamedTrees = 100;

/** The innermost first. */
async function findNamed(
  looked: readonly ScannedRoot[],
  roots: readonly OpenRoot[],
): Promise<readonly WorkTree[]> {
  const places = await Promise.all(
    looked.map(({ root, scan }) => findNamedTrees(root.source, scan.repositories)),
  );
  return places
    .flat()
    .flatMap((place) => toWorkTree(place, roots) ?? [])
    .slice(0, maxNamedTrees)
    .toSorted((a, b) => b.path.length - a.path.length);
}

function toWorkTree(place: GitPlace | undefined, roots: readonly OpenRoot[]): WorkTree | undefined {
  if (place === undefined) return undefined;
  const own = findSeen(roots, place.gitDirectory);
  const common = findSeen(roots, place.commonDirectory);
  if (own === undefined || common === undefined) return undefined;
  return { path: place.workTree, gitDirectory: own.target, open: () => openBoth(own, common) };
}

/** A folder of the host that is in the sandbox. */
interface SeenFolder {
  readonly root: OpenRoot;
  readonly names: Names;
  /** Where it is there */
  readonly target: string;
}

function findSeen(roots: readonly OpenRoot[], path: string): SeenFolder | undefined {
  const root = findInnermost(roots, path, ({ source }) => source);
  const names = root && toNames(root.source, path);
  if (root === undefined || names === undefined) return undefined;
  // Another root lies there, or it's seen empty
  const isApart = toWays(names).some((way) => root.apart.has(way));
  return isApart ? undefined : { root, names, target: join(root.target, ...names) };
}

function openBoth(own: SeenFolder, common: SeenFolder): OpenRepository | undefined {
  using opened = new DisposableStack();
  const open = ({ root, names }: SeenFolder): Folder | undefined => {
    const folder = orNothing(() => root.folder.openPath(names));
    return folder && opened.use(folder);
  };
  const [ownFolder, commonFolder] = [open(own), open(common)];
  if (ownFolder === undefined || commonFolder === undefined) return undefined;
  const kept = opened.move();
  return { own: ownFolder, common: commonFolder, [Symbol.dispose]: () => kept.dispose() };
}
