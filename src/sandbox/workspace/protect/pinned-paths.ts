import { join } from "node:path";
import { toNames } from "../host-path.ts";
import type { OpenRoot } from "../roots/mounted-root.ts";
import type { MountDraft } from "./mount-draft.ts";

interface DraftedRoot {
  readonly root: OpenRoot;
  readonly draft: MountDraft;
}

/**
 * What a sandbox can't move: mount points of its own, in every root that has them. An engine that goes by the path of
 * one finds the same folder whatever that sandbox does.
 * @param all roots that it can write in
 * @returns absolute paths on the host
 */
export function findPinned(all: readonly DraftedRoot[]): readonly string[] {
  const pinned = new Set(
    all.flatMap(({ root, draft }) =>
      [...draft.own.keys(), ...root.apart].map((path) => join(root.source, path)),
    ),
  );
  return [...pinned].filter((path) => all.every((one) => isPinnedIn(one, path)));
}

function isPinnedIn({ root, draft }: DraftedRoot, path: string): boolean {
  const own = toNames(root.source, path)?.join("/");
  // The root itself is a mount point
  if (own === undefined || own === "" || draft.own.has(own)) return true;
  // In another root, which says by itself
  return [...root.apart].some((inner) => own === inner || own.startsWith(`${inner}/`));
}
