import { dirname, join } from "node:path";
import type { Names } from "../../base/fs/beneath.ts";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { unsafe, withoutBoth, smallerFolder } from "../unsafe-workspace.ts";
import { hideSecrets } from "../hide/hide-secrets.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { isDisabledName } from "../handoff/take-away.ts";
import { hideSettings } from "../hide/hide-settings.ts";
import { withoutSecrets } from "../hide/settings-text.ts";
import type { PointedPath } from "../git-dir/pointed/pointed-paths.ts";
import {
  findRootOf,
  toOpeningHint,
  toTold,
  type MountedRoot,
  type OpenRoot,
} from "../roots/mounted-root.ts";
import type { ScannedRoot } from "../roots/scan-root.ts";
import type { MountedFolder } from "./mask-special-files.ts";
import {
  createDraft,
  findPinned,
  hasRoomForOthers,
  pinFolders,
  refuseTooMany,
  type MountDraft,
} from "./mount-draft.ts";
import type { MountPointsBeneath } from "./mount-point.ts";
import { isNameable, refuseUnnameable } from "./nameable.ts";
import { protectAllPointed, readAllPointed, type GitDirsOfRoot } from "./protect-all-pointed.ts";
import { protectGitDir, type GitDirOptions } from "./protect-git-dir.ts";
import type { TreesInSandbox } from "./protect-work-trees.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import { toFrozenTrees, type FrozenTree, findWorkTreesOf } from "../hide/tracked/work-trees.ts";
import {
  toCopies,
  withoutEmptied,
  type CopyMount,
  toOwnMounts,
  type OwnMount,
} from "./shown-copies.ts";

/** Characters of a path that is told of in an error. */
const maxToldLength = 120;

/** What is mounted over the roots, and what must be there for it. */
export interface Protection {
  readonly own: readonly OwnMount[];
  readonly copies: readonly CopyMount[];
  readonly mountPoints: readonly MountPointsBeneath[];
  /** The roots, with what no program of the sandbox may reach */
  readonly folders: readonly MountedFolder[];
  /** Real paths of what the sandbox can't move, of what lies in the roots */
  readonly pinned: readonly string[];
  /** What the settings and hooks of repositories name; nothing when none is protected */
  readonly pointed: readonly PointedPath[];
  /** What git in the sandbox leaves as it has it */
  readonly frozen: readonly FrozenTree[];
  /** Paths, as they are told, of what isn't hidden because git has the same */
  readonly readable: readonly string[];
  readonly notes: readonly string[];
}

export interface ProtectionOptions {
  readonly protect: "default" | "none";
  /** Whether anything is hidden: then also the passwords in git's configuration */
  readonly hides: boolean;
  readonly budget: ScanBudget;
  /** Whether a repository was there before other sessions that weren't looked at; the others are protected last */
  readonly isOwn?: (root: MountedRoot, names: Names) => boolean;
}

/**
 * Decides what is mounted over each root. Nothing is changed yet.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE
 */
export async function planProtection(
  looked: readonly ScannedRoot[],
  { protect, hides, budget, isOwn = () => true }: ProtectionOptions,
): Promise<Protection> {
  const isAsked = hides || protect === "default";
  if (isAsked) checkInspected(looked);
  const trees = await findWorkTreesOf(looked);
  const drafted = looked.map((one) => {
    const { special, unlisted, closed, deep } = one.scan;
    // A folder that can't be looked into is masked: the sandbox, which may own it, could open it
    const masked = { special, unlisted: [...unlisted, ...closed, ...deep] };
    const isItsOwn = (names: Names): boolean => isOwn(one.root, names);
    return { ...one, draft: createDraft(one.root, masked, trees), isItsOwn };
  });
  const drafts = drafted.map(({ draft }) => draft).filter(({ root }) => root.writable);
  for (const draft of drafts) {
    // A folder around another root could be renamed with it
    for (const path of draft.root.apart) pinFolders(draft, path.split("/").slice(0, -1));
    for (const names of draft.root.emptied) draft.folders.set(names.join("/"), "work tree");
  }
  const options: GitDirOptions = {
    toShown: hides ? withoutSecrets : (content) => content,
    trees: toTreesInSandbox(looked.map(({ root }) => root)),
    drafts,
    budget,
  };
  const all: GitDirsOfRoot[] = [];
  for (const { root, scan, draft, isItsOwn } of drafted) {
    const own = { ...options, isOwn: isItsOwn };
    const gitDirs =
      protect === "default" && root.writable
        ? await protectGitDirs(draft, scan.repositories, own)
        : scan.repositories;
    all.push({ draft, gitDirs, isOwn: isItsOwn });
  }
  const found = isAsked ? await readAllPointed(all, budget) : [];
  if (protect === "default") protectAllPointed(drafts, found);
  const pointed = found.flatMap((one) => one.pointed);
  for (const { scan, rules, tracked, draft, isItsOwn } of drafted) {
    const { repositories: gitDirs, executables, secrets } = scan;
    const places = { gitDirs, isOwn: isItsOwn, paths: executables.keys(), pointed, budget };
    if (rules !== undefined) await hideSettings(draft, places);
    hideSecrets(draft, secrets, tracked);
  }
  if (isAsked) refuseUnscanned(looked, budget);
  return {
    ...toMounts(
      drafted.map(({ draft }) => withoutEmptied(draft)),
      looked,
    ),
    pinned: findPinned(drafts),
    pointed: protect === "default" ? pointed : [],
    frozen: toFrozenTrees(
      drafted.flatMap(({ root, draft }) => draft.frozen.flatMap((names) => trees(root, names))),
    ),
    readable: drafted.flatMap(({ root, draft }) =>
      draft.readable.map((names) => toTold(root, names.join("/"))),
    ),
  };
}

/** What a limit kept a look from is neither protected nor compared. @throws VaultboxError VBX_WORKSPACE_UNSAFE */
export function refuseUnscanned(looked: readonly ScannedRoot[], budget: ScanBudget): void {
  if (!budget.isWhole()) throw notScannedWhole(looked, budget.leftOut());
}

function toTreesInSandbox(roots: readonly OpenRoot[]): TreesInSandbox {
  const emptied = roots.flatMap(({ source, emptied: all }) =>
    all.map((names) => join(source, ...names)),
  );
  return (link) => {
    if (emptied.includes(dirname(link))) return "emptied";
    if (roots.some(({ writable, source }) => writable && contains(source, link))) return "seen";
    return roots.some(({ target }) => contains(target, link)) ? "covered" : "apart";
  };
}

function toMounts(
  drafts: readonly MountDraft[],
  looked: readonly ScannedRoot[],
): Omit<Protection, "pinned" | "pointed" | "frozen" | "readable"> {
  refuseTooMany(drafts);
  // Where another root lies over one, its own mounts are seen
  const roots = drafts.map(({ root }) => root);
  const isSeen = ({ root }: MountDraft, path: string): boolean =>
    findRootOf(roots, path)?.target === root.target;
  const own = drafts.flatMap((draft) =>
    toOwnMounts(draft).filter(({ bind }) => isSeen(draft, bind.target)),
  );
  const copies = drafts.flatMap((draft) =>
    toCopies(draft).filter(({ target }) => isSeen(draft, target)),
  );
  const unseen = new Set(drafts.flatMap(({ unseenTrees }) => [...unseenTrees]));
  const stubs = [...unseen].map((target) => ({ target, content: new Uint8Array() }));
  refuseUnnameable([...own.map(({ bind }) => bind.target), ...copies.map(({ target }) => target)]);
  return {
    own,
    copies: [...copies, ...stubs],
    mountPoints: drafts.map(({ root, mountPoints }) => ({
      path: root.source,
      points: mountPoints,
    })),
    folders: drafts.map(({ root: { source, target, folder }, special }) => ({
      source,
      target,
      origin: folder.origin(),
      ...special,
    })),
    notes: [...looked.flatMap(({ scan }) => scan.notes), ...drafts.flatMap(({ notes }) => notes)],
  };
}

/**
 * The user's first: a sandbox chooses how many it leaves. What is made of one that isn't protected is seen at the end,
 * where it counts as new.
 * @returns those that are protected
 */
async function protectGitDirs(
  draft: MountDraft,
  gitDirs: readonly GitDir[],
  options: GitDirOptions & Pick<GitDirsOfRoot, "isOwn">,
): Promise<readonly GitDir[]> {
  const isOwn = ({ names }: GitDir): boolean => options.isOwn(names);
  const done: GitDir[] = [];
  let left = 0;
  for (const gitDir of [...gitDirs.filter(isOwn), ...gitDirs.filter((one) => !isOwn(one))]) {
    await options.budget.turn();
    if (isOutOfUse(draft, gitDir)) continue;
    if (!isOwn(gitDir) && !hasRoomForOthers(draft)) {
      left++;
      continue;
    }
    await protectGitDir(draft, gitDir, options);
    done.push(gitDir);
  }
  if (left === 0) return done;
  draft.notes.push(
    `${left} repositories that another session left are not protected: don't run git in them before the run has ended`,
  );
  return done;
}

/** Held by an earlier run at a place that no mount can be at; whatever is made of it is new when the run ends. */
function isOutOfUse(draft: MountDraft, { names }: GitDir): boolean {
  const path = join(draft.root.source, ...names);
  if (!isDisabledName(names.at(-1) ?? "") || isNameable(path)) return false;
  draft.notes.push(
    `${quoted(names.join("/"))} is disabled, and isn't protected: no mount can be there`,
  );
  return true;
}

/** What wasn't looked at is neither hidden nor protected. */
function checkInspected(looked: readonly ScannedRoot[]): void {
  const partly = looked.find(({ scan }) => !scan.complete);
  if (partly !== undefined) throw notScannedWhole(looked, partly.scan.leftOut);
  for (const { root, scan } of looked) {
    const gitDirs = new Set(scan.repositories.map(({ names }) => names.join("/")));
    const closed = scan.closed.find((names) => gitDirs.has(names.join("/")));
    if (closed !== undefined && root.writable) throw notScannedInto(root, closed);
  }
}

/** A mask over a repository would take it from the sandbox. */
function notScannedInto(root: OpenRoot, names: Names): VaultboxError {
  const path = toTold(root, names.join("/"));
  return unsafe(
    `cannot look into all folders of the repository ${quoted(path)}: a mode forbids it`,
    toOpeningHint(root, names),
  );
}

/** @param leftOut path of what is too deep; undefined: there is too much of it */
function notScannedWhole(
  looked: readonly ScannedRoot[],
  leftOut: string | undefined,
): VaultboxError {
  const tookMs = looked.reduce((sum, { scan }) => sum + scan.tookMs, 0);
  const [why, hint] =
    leftOut === undefined
      ? [`it is too large (${(tookMs / 1000).toFixed(1)} s)`, smallerFolder]
      : [
          `a folder in it is in too many others: ${quoted(leftOut.slice(0, maxToldLength))}…`,
          "move that folder to where it is in fewer, or remove it",
        ];
  return unsafe(
    `cannot look through the workspace for secrets and repositories: ${why}`,
    hint,
    withoutBoth,
  );
}
