import { join } from "node:path";
import { toNames } from "../host-path.ts";
import type { MountDraft } from "./mount-draft.ts";

/**
 * What a sandbox can't move: mount points of its own, in every root that has them. An engine that goes by the path of
 * one finds the same folder whatever that sandbox does.
 * @param all roots that it can write in
 * @returns absolute paths on the host
 */
export function findPinned(all: readonly MountDraft[]): readonly string[] {
  const pinned = new Set(
    all.flatMap(({ root, own }) =>
      [...own.keys(), ...root.apart].map((path) => join(root.source, path)),
    ),
  );
  return [...pinned].filter((path) => all.every((one) => isPinnedIn(one, path)));
}

function isPinnedIn({ root, own }: MountDraft, path: string): boolean {
  const key = toNames(root.source, path)?.join("/");
  // The root itself is a mount point
  if (key === undefined || key === "" || own.has(key)) return true;
  // In another root, which says by itself
  return [...root.apart].some((inner) => key === inner || key.startsWith(`${inner}/`));
}
