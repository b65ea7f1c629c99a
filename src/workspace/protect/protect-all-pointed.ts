import type { Names } from "../../base/fs/beneath.ts";
import { findInnermost } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { PointedPath } from "../git-dir/pointed/pointed-paths.ts";
import { createTreeNames } from "../git-dir/pointed/tree-names.ts";
import { readUserSettings } from "../git-dir/pointed/included-settings.ts";
import {
  findOuter,
  hasOuter,
  readOuterPointed,
  readGitDirPointed,
  type CountingOptions,
} from "../git-dir/pointed/what-counts.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import { hasRoomForOthers, type MountDraft } from "./mount-draft.ts";
import { limitMatches } from "./limit-matches.ts";
import { protectPointedPaths } from "./protect-pointed-paths.ts";

/** The repositories of one root. */
export interface GitDirsOfRoot {
  readonly draft: MountDraft;
  readonly gitDirs: readonly GitDir[];
  /** Whether a repository is the user's */
  readonly isOwn: (names: Names) => boolean;
}

/** What one repository names, or those around a root. */
interface GitDirPointed {
  readonly pointed: readonly PointedPath[];
  readonly isOwn: boolean;
}

/** What all repositories name that count in the roots: those in them, and those that they're a part of. */
export async function readAllPointed(
  all: readonly GitDirsOfRoot[],
  budget: ScanBudget,
): Promise<readonly GitDirPointed[]> {
  const around = all.map((one) => ({ ...one, outer: findOuter(one.draft.root.source) }));
  if (!around.some(({ gitDirs, outer }) => gitDirs.length > 0 || hasOuter(outer))) return [];
  const roots = all.map(({ draft }) => draft.root.source);
  const shared = {
    user: await readUserSettings(budget),
    budget,
    names: createTreeNames(roots, budget),
  };
  const found: GitDirPointed[] = [];
  for (const { draft, gitDirs, isOwn, outer } of around) {
    const options: CountingOptions = { ...shared, notes: draft.notes };
    found.push({ pointed: await readOuterPointed(outer, options), isOwn: true });
    for (const gitDir of gitDirs) {
      if (!(await budget.turn())) return found;
      const pointed = await readGitDirPointed(draft.root.source, gitDir, options);
      found.push({ pointed, isOwn: isOwn(gitDir.names) });
    }
  }
  return found;
}

/** Protects what they name, each in the innermost root; what isn't the user's only as far as there is room. */
export function protectAllPointed(
  drafts: readonly MountDraft[],
  all: readonly GitDirPointed[],
): void {
  for (const draft of drafts) {
    const isIn = ({ path }: PointedPath): boolean =>
      findInnermost(drafts, path, ({ root }) => root.source) === draft;
    for (const { pointed, isOwn } of all) {
      const own = limitMatches(draft, pointed.filter(isIn));
      if (isOwn) protectPointedPaths(draft, own, drafts);
      else {
        for (const one of own)
          if (hasRoomForOthers(draft)) protectPointedPaths(draft, [one], drafts);
      }
    }
  }
}
