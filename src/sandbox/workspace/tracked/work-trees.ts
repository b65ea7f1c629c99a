import { join } from "node:path";
import { orNothing, type Folder } from "../../../files/beneath.ts";
import { contains } from "../../../files/path-steps.ts";
import { toNames } from "../host-path.ts";
import { findOuterPlaces, toGitPlace, type GitPlace } from "../repository/git-place.ts";
import type { OpenRoot } from "../roots/mounted-root.ts";
import type { LookedRoot } from "../roots/scan-root.ts";

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

/** The work trees of a session. */
export interface WorkTrees {
  /** The innermost one that a place of a root is in */
  readonly around: (root: OpenRoot, names: readonly string[]) => WorkTree | undefined;
}

/**
 * Finds the work trees in which files of the roots lie. A `.git` file can name any repository of the host, so one that
 * isn't in the sandbox doesn't count: what it has may not be shown.
 */
export function findWorkTreesOf(looked: readonly LookedRoot[]): WorkTrees {
  const roots = looked.map(({ root }) => root);
  const inner = new Map<string, () => GitPlace | undefined>();
  for (const { root, scan } of looked) {
    for (const unit of scan.repositories) {
      if (unit.shape !== "folder" && unit.shape !== "file") continue;
      const path = join(root.source, ...unit.names.slice(0, -1));
      inner.set(path, () => orNothing(() => toGitPlace(root.source, unit)));
    }
  }
  const known = new Map<string, WorkTree | undefined>();
  const toKnown = (key: string, find: () => GitPlace | undefined): WorkTree | undefined => {
    if (!known.has(key)) known.set(key, toWorkTree(find(), roots));
    return known.get(key);
  };
  return {
    around: (root, names) => {
      for (let length = names.length - 1; length >= 0; length--) {
        const path = join(root.source, ...names.slice(0, length));
        const find = inner.get(path);
        if (find !== undefined) return toKnown(path, find);
      }
      // A workspace may be a folder of a repository
      return toKnown(`around ${root.source}`, () => findOuterPlaces(root.source)[0]);
    },
  };
}

function toWorkTree(place: GitPlace | undefined, roots: readonly OpenRoot[]): WorkTree | undefined {
  if (place === undefined) return undefined;
  const own = findSeen(roots, place.gitDirectory);
  const common = findSeen(roots, place.commonDirectory);
  if (own === undefined || common === undefined) return undefined;
  return {
    path: place.workTree,
    gitDirectory: own.target,
    open: () => openBoth(own, common),
  };
}

/** A folder of the host that is in the sandbox. */
interface SeenFolder {
  readonly root: OpenRoot;
  readonly names: readonly string[];
  /** Where it is there */
  readonly target: string;
}

function findSeen(roots: readonly OpenRoot[], path: string): SeenFolder | undefined {
  const [root] = roots
    .filter(({ source }) => contains(source, path))
    .toSorted((a, b) => b.source.length - a.source.length);
  const names = root && toNames(root.source, path);
  if (root === undefined || names === undefined) return undefined;
  // Another root lies there, or it's seen empty
  const isApart = names.some((_, index) => root.apart.has(names.slice(0, index + 1).join("/")));
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
  return {
    own: ownFolder,
    common: commonFolder,
    [Symbol.dispose]: () => kept.dispose(),
  };
}
