import { statSync } from "node:fs";
import type { BindMount } from "../../engine/engine.ts";
import { orNothing } from "../../base/fs/beneath.ts";
import { toNames } from "../host-path.ts";
import type { MountPoint, MountPointsBeneath } from "../protect/mount-point.ts";
import { findRootOf, type OpenRoot } from "./mounted-root.ts";

/**
 * Mount points for mounts whose targets lie in another root and aren't there: the engine would make them as root, and
 * leave them.
 */
export function toTargetPoints(
  roots: readonly OpenRoot[],
  mounts: readonly BindMount[],
): readonly MountPointsBeneath[] {
  return mounts.flatMap(({ source, target }) => {
    const around = roots.filter((root) => root.target !== target);
    const root = findRootOf(around, target);
    if (root === undefined || !root.writable) return [];
    const names = toNames(root.target, target) ?? [];
    const kind = orNothing(() => statSync(source).isDirectory()) === true ? "folder" : "file";
    return [{ path: root.source, points: toMissing(root, names, kind) }];
  });
}

function toMissing(
  { folder }: OpenRoot,
  names: readonly string[],
  kind: MountPoint["kind"],
): readonly MountPoint[] {
  const all = names.map((_, index) => names.slice(0, index + 1));
  const isThere = (part: readonly string[]): boolean => {
    using parent = orNothing(() => folder.openPath(part.slice(0, -1)));
    return orNothing(() => parent?.facts(part.at(-1) ?? "")) !== undefined;
  };
  return all
    .filter((part) => !isThere(part))
    .map((part) => ({
      names: part,
      kind: part.length < names.length ? "folder" : kind,
      content: "",
    }));
}
