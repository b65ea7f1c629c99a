import { isAbsolute, join } from "node:path";
import { isSystemError, type Folder, type Names } from "../../../base/fs/beneath.ts";
import { toNameText } from "../../../base/fs/name-text.ts";
import { contains, stepsOf } from "../../../base/fs/path-steps.ts";
import { findInnermost, openRealOrNothing, toNames } from "../../host-path.ts";
import { findOtherSystem } from "../other-system.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { readFolder } from "../../read-folder.ts";
import { readLine, withoutLineEnd } from "../git-location.ts";
import { isBareRepository } from "../repository-signs.ts";
import { elsewhere, inspectFolder, inspectWorkTree } from "./inspect-git-folder.ts";
import { inspectOtherSystem } from "./inspect-other-system.ts";
import type { GitDir } from "./find-git-dirs.ts";
import type { MountedRoot, OpenRoot } from "../../roots/mounted-root.ts";
import { createLook, type Look, type GitDirFindings } from "./inspection.ts";

/** Of one git dir; a repository that people work with has less in it. */
const inspectionLimits = { entries: 1_000_000, bytes: 256 * 1024 * 1024 };

/** Where git dirs are, and what looking at them may cost. */
export interface InspectedPlace {
  readonly root: OpenRoot;
  /** All that the sandbox can write in, with `root` */
  readonly roots: readonly MountedRoot[];
  readonly budget: ScanBudget;
}

/**
 * Looks at everything in a git dir that makes git run or read something. Nothing of it is followed or run. What can't be
 * looked at is a danger, whatever the reason.
 */
export async function inspectGitDir(
  gitDir: GitDir,
  place: InspectedPlace,
): Promise<GitDirFindings> {
  const { budget } = place;
  const part = budget.part(inspectionLimits);
  const look = createLook(part);
  try {
    if (budget.ended() === undefined) await examine(look, gitDir, place);
  } catch (error) {
    // Too much of something for this program, such as for an expression's stack, is a reason too
    if (!isSystemError(error) && !(error instanceof RangeError)) throw error;
    look.unseen("can't be looked into", { code: isSystemError(error) ? error.code : error.name });
  }
  const unseen = budget.ended();
  const isWhole = part.isWhole();
  if (unseen === undefined && !isWhole) look.danger("has more in it than can be looked through");
  const found = look.result();
  const isPart = !isWhole || found.dangers.some((danger) => danger.unseen !== undefined);
  return { ...found, isPart, ...(unseen && { unseen }) };
}

async function examine(
  look: Look,
  gitDir: GitDir,
  { root: { folder: root, source: workspace, apart }, roots }: InspectedPlace,
): Promise<void> {
  look.budget.spend("entries", gitDir.names.length);
  using parent = root.openPath(gitDir.names.slice(0, -1));
  const name = gitDir.names.at(-1) ?? "";
  if (parent === undefined) return;
  const system = gitDir.shape === "other" ? findOtherSystem(name) : undefined;
  if (gitDir.shape === "link" || (system !== undefined && parent.readLink(name) !== undefined)) {
    look.note(parent, name);
    return look.danger("is a symbolic link", parent.readLink(name));
  }
  if (gitDir.shape === "file") {
    return await inspectGitFile(look, gitDir, { parent, workspace, roots });
  }
  using folder = gitDir.names.length === 0 ? root.openPath([]) : parent.open(name);
  if (folder === undefined) {
    look.note(parent, name);
    if (parent.facts(name) !== undefined) look.danger("can't be looked into");
    return;
  }
  // A folder that was given the name of a repository has a new time, whatever is in it has not
  look.touch(folder);
  if (system !== undefined) inspectOtherSystem(look, folder, system);
  else if (gitDir.shape === "worktree") await inspectWorkTree(look, folder);
  else if (gitDir.names.length > 0)
    await inspectFolder(look, folder, { workspace, names: gitDir.names });
  else await inspectFolder(look, folder, { workspace, names: [], apart });
}

interface GitFilePlace extends Pick<InspectedPlace, "roots"> {
  readonly workspace: string;
  readonly parent: Folder;
}

async function inspectGitFile(look: Look, file: GitDir, place: GitFilePlace): Promise<void> {
  const from = join(place.workspace, ...file.names.slice(0, -1));
  const bytes = look.note(place.parent, file.names.at(-1) ?? "");
  if (bytes === undefined) return look.danger("is a file that can't be read");
  const content = toNameText(bytes);
  const named = withoutLineEnd(content.replace(/^gitdir: ?/, ""));
  const end = findEnd(place.roots, isAbsolute(named) ? named : [from, named].join("/"));
  const isInside = end !== undefined;
  look.leads({ text: "names a repository outside the workspace", content, isInside });
  if (!isInside) return;
  const { workspace, names } = end;
  using root = openRealOrNothing(workspace);
  using target = root?.openPath(names);
  if (target === undefined) return look.danger("names a repository that isn't a plain folder");
  look.touch(target);
  const common = readLine(target, "commondir");
  if (common === undefined || common === ".") {
    return await inspectFolder(look, target, { workspace, names });
  }
  using shared = root?.openPath(names.slice(0, -2));
  // A git dir of its own, which is looked at as such; without a HEAD it would be none
  const isGitDir =
    names.at(-3) === ".git" ||
    (shared !== undefined && isBareRepository(await readFolder(shared, look.budget)));
  if (names.at(-2) !== "worktrees" || !isGitDir || common !== "../..") {
    look.danger(elsewhere, common);
  }
}

/**
 * Where the kernel's way from a path ends, in the innermost root that has it; undefined when it goes through anything else
 * than roots and the folders around them.
 */
function findEnd(
  roots: readonly MountedRoot[],
  path: string,
): { readonly workspace: string; readonly names: Names } | undefined {
  const open = roots.filter(({ writable }) => writable);
  const steps = stepsOf(path);
  const isOwn = (step: string): boolean =>
    open.some(({ source }) => contains(source, step) || contains(step, source));
  const end = steps.every(isOwn) ? steps.at(-1) : undefined;
  if (end === undefined) return undefined;
  const root = findInnermost(open, end, ({ source }) => source);
  const names = root && toNames(root.source, end);
  return root && names && { workspace: root.source, names };
}
