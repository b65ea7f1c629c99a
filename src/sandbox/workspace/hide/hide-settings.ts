import { orNothing, type Folder } from "../../../files/beneath.ts";
import { toNames } from "../host-path.ts";
import type { LookBudget } from "../look-budget.ts";
import { findOtherSystem } from "../other-systems/other-system.ts";
import type { PointedPath } from "../pointed/pointed-paths.ts";
import { kindOf, type MountDraft } from "../protect/mount-draft.ts";
import { readFolderOrNothing } from "../read-folder.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";
import { hideLogs } from "./hide-logs.ts";
import { isTreeSettings } from "./tree-settings.ts";
import { withoutSecrets } from "./settings-text.ts";

/** In a repository's folder: git's own, what editors leave of it, and what other programs keep there */
const ownNames = /^(?:config.*|sourcetree.*|description|.*\.(?:conf|cfg|ini|toml|json|ya?ml))$/i;
/** Folders of a repository that hold settings: old remotes, `git svn`, git-lfs, Sapling, GitKraken, git-annex, git-p4 */
const ownFolders = ["remotes", "branches", "svn", "lfs", "sl", "gk", "annex", "info"];
/** Larger ones aren't looked through, and shown empty: no settings are */
const maxSettingsBytes = 16 * 1024 * 1024;

/** Where settings are, and what looking through them may cost. */
interface HidePlace {
  readonly folder: Folder;
  readonly names: readonly string[];
  readonly budget: LookBudget;
}

/**
 * Shows copies without secrets in place of the files that git and its like read settings from, wherever they are.
 * @param paths of files that programs of the host go by, from the workspace
 * @param pointed what settings name, of which those that are included are settings too
 */
export async function hideSettings(
  draft: MountDraft,
  {
    units,
    paths,
    pointed,
    budget,
  }: {
    readonly units: readonly RepositoryUnit[];
    readonly paths: Iterable<string>;
    readonly pointed: readonly PointedPath[];
    readonly budget: LookBudget;
  },
): Promise<void> {
  for (const { names, shape } of units) {
    if (!(await budget.turn())) return;
    if (shape === "other") hideOther(draft, names, budget);
    if (shape !== "folder" && shape !== "bare" && shape !== "module" && shape !== "worktree")
      continue;
    // What can't be opened was refused or masked
    using folder = orNothing(() => draft.root.openPath(names));
    if (folder === undefined) continue;
    const place = { folder, names, budget };
    await hideIn(draft, place, ownNames);
    for (const inner of ownFolders) {
      using opened = orNothing(() => folder.open(inner));
      if (opened === undefined) continue;
      await hideIn(draft, { folder: opened, names: [...names, inner], budget }, /^/);
    }
    await hideLogs(draft, place);
  }
  // What settings include, whatever the condition
  for (const { path, kind } of pointed) {
    if (budget.isDue() && !(await budget.turn())) return;
    const inside = kind === "settings" ? toNames(draft.path, path) : undefined;
    if (inside !== undefined && kindOf(draft, inside) === "file") hideFile(draft, inside, budget);
  }
  for (const path of paths) {
    const names = path.split("/");
    if (budget.isDue() && !(await budget.turn())) return;
    if (isTreeSettings(names.at(-1) ?? "")) hideFile(draft, names, budget);
  }
}

function hideOther(draft: MountDraft, names: readonly string[], budget: LookBudget): void {
  for (const { path } of findOtherSystem(names.at(-1) ?? "")?.settings ?? []) {
    hideFile(draft, [...names, ...path.split("/")], budget);
  }
}

async function hideIn(
  draft: MountDraft,
  { folder, names, budget }: HidePlace,
  wanted: RegExp,
): Promise<void> {
  for (const { name, kind } of await readFolderOrNothing(folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    if (kind === "file" && wanted.test(name)) hideFile(draft, [...names, name], budget);
  }
}

function hideFile(draft: MountDraft, names: readonly string[], budget: LookBudget): void {
  const key = names.join("/");
  // A copy that is shown already has been made without secrets
  if (draft.copies.has(key)) return;
  using parent = orNothing(() => draft.root.openPath(names.slice(0, -1)));
  const name = names.at(-1) ?? "";
  const content = parent?.read(name, maxSettingsBytes);
  budget.spend("bytes", content?.length);
  if (content === undefined) {
    const facts = orNothing(() => parent?.facts(name));
    // The sandbox is its owner, and can change the mode that keeps us out
    const isOpen = facts?.uid === process.geteuid?.() || (facts?.size ?? 0) > maxSettingsBytes;
    if (facts?.kind !== "file" || !isOpen) return;
    draft.own.delete(key);
    draft.copies.set(key, Buffer.alloc(0));
    draft.notes.push(`${key} can't be looked through; it is shown empty`);
    return;
  }
  const shown = withoutSecrets(content);
  if (shown === content) return;
  draft.own.delete(key);
  draft.copies.set(key, shown);
}
