import { orNothing, type Folder, type Names } from "../../../base/fs/beneath.ts";
import { toNameText } from "../../../base/fs/name-text.ts";
import { followInside, openRealOrNothing } from "../../host-path.ts";
import { maxConfigurationBytes, readConfiguration } from "../git-configuration.ts";
import { findOtherSystem } from "../other-system.ts";
import { readLine, toBranch } from "../git-location.ts";
import { chooseRemote } from "../remote.ts";
import { isGitName } from "../repository-signs.ts";
import { isHarmless } from "../git-setting.ts";
import type { Look } from "./inspection.ts";

/** In all, with those of alternates */
const maxAlternates = 100;

/** Where a repository's folder is. */
export interface Whereabouts {
  readonly workspace: string;
  readonly names: Names;
  /** Paths from it of folders that are no part of the repository */
  readonly apart?: ReadonlySet<string>;
}

/** What git is told by a configuration file: its remotes, and every setting that could make it run or read something. */
export async function inspectConfiguration(
  look: Look,
  { folder, name }: { readonly folder: Folder; readonly name: string },
  where: Whereabouts,
): Promise<void> {
  if (folder.facts(name) === undefined) return;
  const content = look.note(folder, name);
  const settings =
    content && (await readConfiguration(content.subarray(0, maxConfigurationBytes), look.budget));
  if (settings === undefined) return look.danger(`has a ${name} that can't be read`);
  for (const setting of settings) {
    if (look.budget.isDue() && !(await look.budget.turn())) return;
    look.budget.spend("bytes", setting.key.length);
    if (/^(?:remote|branch)\..+\.(?:url|remote)$/s.test(setting.key)) {
      look.remote(setting.key, setting.value ?? "");
    }
    if (!isHarmless(setting)) look.danger(`sets ${setting.key}`, setting.value);
    else if (setting.key === "core.worktree") inspectWorkTreeSetting(look, setting.value, where);
  }
  // Whoever writes HEAD chooses among the remotes, where the branch has one of its own
  const chosen = chooseRemote(settings, toBranch(readLine(folder, "HEAD")));
  if (chosen !== chooseRemote(settings, undefined)) look.remote("HEAD", chosen ?? "");
}

/** Git writes and removes files of the work tree: it must be a plain folder of the workspace, and in no repository's own. */
function inspectWorkTreeSetting(
  look: Look,
  value: string | undefined,
  { workspace, names }: Whereabouts,
): void {
  const inside = followInside(workspace, { from: names, path: value ?? "" });
  using root = openRealOrNothing(workspace);
  const isOwnFolder = inside?.some(
    (name) => isGitName(name) || findOtherSystem(name) !== undefined,
  );
  using tree = inside === undefined || isOwnFolder === true ? undefined : root?.openPath(inside);
  const text = "has its files elsewhere (core.worktree)";
  look.leads({ text, content: value ?? "", isInside: tree !== undefined });
}

/** Objects of another repository are copied into this one when git packs, where the next sandbox reads them. */
export function inspectAlternates(
  look: Look,
  folder: Folder,
  { workspace, names }: Whereabouts,
): void {
  using info = folder.openPath(["objects", "info"]);
  const bytes = look.note(info, "alternates");
  if (bytes === undefined) {
    if (info?.facts("alternates") === undefined) return;
    return look.danger("has alternates that can't be read", "", "objects/info/alternates");
  }
  const content = toNameText(bytes);
  using root = openRealOrNothing(workspace);
  const where = { look, workspace, names: [...names, "objects"], seen: new Set<string>() };
  const isInside = root !== undefined && staysInside(root, content, where);
  const text = "takes objects from elsewhere (alternates)";
  look.leads({ text, content, place: "objects/info/alternates", isInside });
}

/** Whether all alternates are in the workspace, and theirs too (gitrepository-layout(5), "objects/info/alternates"). */
function staysInside(
  root: Folder,
  content: string,
  where: Whereabouts & { readonly look: Look; readonly seen: Set<string> },
): boolean {
  const { look, workspace, names, seen } = where;
  const lines = content.split("\n", maxAlternates + 1);
  if (lines.length > maxAlternates) return false;
  return lines.every((path) => {
    if (path === "" || path.startsWith("#")) return true;
    look.budget.spend("entries", path.length);
    if (look.budget.ended() !== undefined) return false;
    // Git takes a line in quotes apart
    const end = path.startsWith('"') ? undefined : followInside(workspace, { from: names, path });
    if (end === undefined || seen.size > maxAlternates) return false;
    const key = end.join("/");
    if (seen.has(key)) return true;
    seen.add(key);
    using info = orNothing(() => root.openPath([...end, "info"]));
    const further = look.note(info, "alternates");
    if (further === undefined) return info?.facts("alternates") === undefined;
    return staysInside(root, toNameText(further), { ...where, names: end });
  });
}
