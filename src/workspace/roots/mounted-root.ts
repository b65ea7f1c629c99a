import { join } from "node:path";
import type { Folder, Names } from "../../base/fs/beneath.ts";
import { toShellWord } from "../../base/shell-word.ts";
import type { BindMount } from "../../engine/engine.ts";
import { findInnermost, toNames } from "../host-path.ts";
import { isPackageCache } from "../scan/installed-packages.ts";
import type { PlainFolders } from "../scan/plain-folders.ts";

/** A folder of the host that is in the sandbox. All that is looked at, hidden, protected and reported is so in each. */
export interface MountedRoot {
  /** `repository` is git's folder of a work tree in another root, when it lies outside of them */
  readonly kind: "workspace" | "mount" | "repository";
  /** Absolute real path on the host */
  readonly source: string;
  /** Absolute path in the sandbox */
  readonly target: string;
  readonly writable: boolean;
}

/**
 * The workspace, and what is mounted beside it, of which some may be files.
 * @param workspace absolute real path
 */
export function toMountedRoots(
  workspace: string,
  mounts: readonly BindMount[],
): readonly MountedRoot[] {
  return [
    { kind: "workspace", source: workspace, target: workspace, writable: true },
    ...mounts.map(({ source, target, readOnly }) => ({
      kind: "mount" as const,
      source,
      target,
      writable: !readOnly,
    })),
  ];
}

/** One that is held open from the look at the start to the one at the end. */
export interface OpenRoot extends MountedRoot {
  readonly folder: Folder;
  /** Paths of what is no part of it: other roots that the sandbox sees in it, and what it sees empty */
  readonly apart: ReadonlySet<string>;
  /** What is remembered of its packages from run to run; undefined: nothing */
  readonly plain?: PlainFolders;
  /** Names of work trees in a repository's folder that aren't mounted, and seen empty */
  readonly emptied: readonly Names[];
}

/** How a place in a root is told: from the workspace, or absolute on the host. */
export function toTold({ kind, source }: MountedRoot, path: string): string {
  return kind === "workspace" ? path : join(source, path);
}

/** What its owner can do about a folder beneath a root whose mode keeps everybody out. */
export function toOpeningHint({ source }: MountedRoot, names: Names): string {
  return `look at what is in it, then: chmod -R u+rwX ${toShellWord(join(source, ...names))}`;
}

/** Whether a root is a mount of installed or downloaded packages; they are looked through at the end only. */
export function isOfPackages({ kind, source }: MountedRoot): boolean {
  return kind === "mount" && isPackageCache(source);
}

/** Whether what an outer root has at the place of an inner one is that one. */
export function isSameView(outer: Places, inner: Places): boolean {
  const names = toNames(outer.source, inner.source);
  return names !== undefined && join(outer.target, ...names) === inner.target;
}

type Places = Pick<MountedRoot, "source" | "target">;

/** Paths of the roots that the sandbox sees in a root. */
export function toApart(root: Places, roots: readonly Places[]): ReadonlySet<string> {
  const inner = roots.filter((one) => one.source !== root.source && isSameView(root, one));
  return new Set(inner.map(({ source }) => toNames(root.source, source)?.join("/") ?? ""));
}

/** The innermost root that has a path of the host at that path in the sandbox too. */
export function findRootAt<Root extends Places>(
  roots: readonly Root[],
  path: string,
): Root | undefined {
  const same = roots.filter(({ source, target }) => source === target);
  return findInnermost(same, path, ({ source }) => source);
}

/** The innermost root that a path in the sandbox is in. */
export function findRootOf<Root extends Pick<MountedRoot, "target">>(
  roots: readonly Root[],
  target: string,
): Root | undefined {
  return findInnermost(roots, target, (root) => root.target);
}
