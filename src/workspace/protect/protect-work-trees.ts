import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { orNothing, type Folder, type Names } from "../../base/fs/beneath.ts";
import { toNameBytes } from "../../base/fs/name-text.ts";
import { openOrNothing } from "../host-path.ts";
import { locateGit } from "../git-dir/git-location.ts";
import { hasRoomForOthers, kindOf, pinFolders, type MountDraft } from "./mount-draft.ts";
import { isNameable } from "./nameable.ts";

/**
 * How the sandbox has a work tree, by the path of its `.git`: to write in, with nothing in it but a `.git`, not at all, or
 * not at all with something else at its path.
 */
export type TreesInSandbox = (link: string) => "seen" | "emptied" | "apart" | "covered";

/**
 * What of a work tree that the sandbox doesn't see stays as it is, where it's there: git goes by it in that tree. The
 * rest is what `git gc` writes for every work tree, locks and logs.
 */
const kept =
  "gitdir commondir HEAD index locked config.worktree modules rebase-merge rebase-apply sequencer".split(
    " ",
  );

/** Whether a linked work tree isn't there any more. @param link path of its `.git` */
export function isGone(link: string, administrative: Folder | undefined): boolean {
  if (orNothing(() => administrative?.facts("locked")) !== undefined) return false;
  try {
    return lstatSync(toNameBytes(link), { throwIfNoEntry: false }) === undefined;
  } catch {
    // It can't be looked at: git would say the same of it, the user may not
    return false;
  }
}

/**
 * Lets git keep house for a work tree that the sandbox doesn't see, as `git gc` does. Its `.git` is shown as an empty
 * file: git removes the administrative folder of one that it takes for gone (git-worktree(1), "prune").
 * @returns false where that can't be, and all of it must be read-only
 */
export async function keepUnseen(
  draft: MountDraft,
  own: Names,
  { link, trees }: { readonly link: string; readonly trees: TreesInSandbox },
): Promise<boolean> {
  const view = trees(link);
  if (view === "covered" || !isNameable(link) || !hasRoomForOthers(draft)) return false;
  if (!(await isItsTree(link, join(draft.root.source, ...own)))) return false;
  const there = kept.flatMap((name) => {
    const kind = kindOf(draft, [...own, name]);
    return kind === undefined ? [] : [{ name, kind }];
  });
  const isPlain = there.every(({ kind }) => kind === "file" || kind === "folder");
  const isWhole = ["gitdir", "commondir", "HEAD"].every((name) =>
    there.some((one) => one.name === name && one.kind === "file"),
  );
  if (!isPlain || !isWhole) return false;
  pinFolders(draft, own);
  for (const { name } of there) draft.own.set([...own, name].join("/"), { readOnly: true });
  if (view === "apart") draft.unseenTrees.add(link);
  return true;
}

/** Whether a work tree is there, and names the folder that names it: a sandbox writes any path into its own. */
async function isItsTree(link: string, administrative: string): Promise<boolean> {
  const path = dirname(link);
  using tree = openOrNothing(path);
  const found = tree && (await locateGit(tree, path).catch(() => undefined));
  return found?.kind === "file" && found.gitDirectory === administrative;
}
