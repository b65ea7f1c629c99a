import { resolve } from "node:path";
import { toText } from "../../../files/entry-facts.ts";
import type { Folder } from "../../../files/beneath.ts";
import { maxConfigurationBytes, readConfiguration } from "../repository/git-configuration.ts";
import { sameFolder } from "../protect/mount-point.ts";
import { isHarmless } from "../repository/git-setting-safety.ts";
import { openOrNothing, toNames } from "../host-path.ts";
import { readLine } from "../repository/git-location.ts";
import { createLook, lookForLinks, type Look, type UnitFindings } from "./unit-look.ts";
import { isBareRepository } from "../repository/repository-signs.ts";

/** Something that git takes for a repository, or for the way to one. */
export interface RepositoryUnit {
  /** Names from the workspace to the folder or file itself */
  readonly names: readonly string[];
  /** `module` and `worktree` are folders within another repository's */
  readonly shape: "folder" | "bare" | "file" | "link" | "module" | "worktree";
}

const maxInnerDepth = 200;
const hookSample = /\.sample$/;
const elsewhere = "takes its settings from elsewhere (commondir)";
const closed = "can't be looked into";
/** What git itself has (git-merge(1), "merge strategies"). */
const ownStrategies = new Set(["", "ort", "recursive", "resolve", "octopus", "ours", "subtree"]);
const runsSomething = /^\s*(?:x|exec)\s/m;

/** A repository's folder with the ones of its submodules and linked work trees. */
export function listUnits(
  folder: Folder,
  names: readonly string[],
  shape: "folder" | "bare" | "module",
): readonly RepositoryUnit[] {
  const units: RepositoryUnit[] = [{ names, shape }];
  using worktrees = folder.open("worktrees");
  for (const { name } of worktrees?.entries() ?? []) {
    units.push({ names: [...names, "worktrees", toText(name)], shape: "worktree" });
  }
  if (shape !== "bare") {
    // Anywhere in it: a `.git` file can name a repository that lies where git has none
    addInner(folder, names, { units, depth: 0 });
    return units;
  }
  using modules = folder.open("modules");
  if (modules !== undefined) addInner(modules, [...names, "modules"], { units, depth: 1 });
  return units;
}

function addInner(
  folder: Folder,
  names: readonly string[],
  { units, depth }: { readonly units: RepositoryUnit[]; readonly depth: number },
): void {
  if (depth > maxInnerDepth) return;
  for (const { name, kind } of folder.entries()) {
    if (kind !== "folder" || (depth === 0 && toText(name) === "worktrees")) continue;
    using inner = folder.open(name);
    if (inner === undefined) continue;
    const own = [...names, toText(name)];
    if (isBareRepository(inner.entries())) units.push(...listUnits(inner, own, "module"));
    else addInner(inner, own, { units, depth: depth + 1 });
  }
}

/** Looks at everything in a unit that makes git run or read something. Nothing of it is followed or run. */
export async function examineUnit(
  root: Folder,
  unit: RepositoryUnit,
  workspace: string,
): Promise<UnitFindings> {
  const look = createLook();
  using parent = root.openPath(unit.names.slice(0, -1));
  const name = unit.names.at(-1) ?? "";
  if (parent === undefined) return look.result();
  if (unit.shape === "link") {
    look.note(parent, name);
    look.danger("is a symbolic link", parent.readLink(name));
    return look.result();
  }
  if (unit.shape === "file") {
    await lookAtGitFile(look, { parent, name, workspace, unit });
    return look.result();
  }
  using folder = unit.names.length === 0 ? root.openPath([]) : parent.open(name);
  if (folder === undefined) {
    look.note(parent, name);
    if (parent.facts(name) !== undefined) look.danger(closed);
    return look.result();
  }
  // A folder that was given the name of a repository has a new time, whatever is in it has not
  look.touch(folder);
  if (unit.shape === "worktree") await lookAtWorkTree(look, folder);
  else await lookAtFolder(look, folder, { workspace, names: unit.names });
  return look.result();
}

/** Where a repository's folder is. */
interface Whereabouts {
  readonly workspace: string;
  readonly names: readonly string[];
}

async function lookAtFolder(look: Look, folder: Folder, where: Whereabouts): Promise<void> {
  await lookAtConfiguration(look, { folder, name: "config" }, where);
  await lookAtConfiguration(look, { folder, name: "config.worktree" }, where);
  lookAtHooks(look, folder);
  lookAtAlternates(look, folder, where);
  // The folder itself: what a session holds the place with
  if (folder.read("commondir", sameFolder.length)?.toString("utf8") !== sameFolder) {
    const common = look.note(folder, "commondir");
    if (folder.facts("commondir") !== undefined) look.danger(elsewhere, common);
  }
  for (const legacy of ["remotes", "branches"]) {
    using inner = openPlain(look, folder, legacy);
    for (const { name } of inner?.entries() ?? []) {
      const content = look.note(inner, name);
      look.danger(`has old-style remotes (${legacy}/)`, content, legacy);
    }
  }
  await lookAtTodo(look, folder);
  lookForLinks(look, folder);
}

/** The administrative folder of a linked work tree. */
async function lookAtWorkTree(look: Look, folder: Folder): Promise<void> {
  const common = look.note(folder, "commondir");
  if (common?.toString("utf8").trim() !== "../..") look.danger(elsewhere, common);
  look.note(folder, "config.worktree");
  if (folder.facts("config.worktree") !== undefined) look.danger("has settings of its own");
  lookAtHooks(look, folder);
  if (folder.facts("config") !== undefined) look.danger("has a configuration of its own");
  await lookAtTodo(look, folder);
  lookForLinks(look, folder);
}

async function lookAtGitFile(
  look: Look,
  place: {
    readonly parent: Folder;
    readonly name: string;
    readonly workspace: string;
    readonly unit: RepositoryUnit;
  },
): Promise<void> {
  const { parent, name, workspace, unit } = place;
  const content = look.note(parent, name)?.toString("utf8") ?? "";
  const named = content.replace(/^gitdir: ?/, "").replace(/[\r\n]+$/, "");
  const folder = resolve(workspace, ...unit.names.slice(0, -1));
  const names = toNames(workspace, resolve(folder, named));
  if (names === undefined) return look.danger("names a repository outside the workspace", content);
  using root = openOrNothing(workspace);
  using target = root?.openPath(names);
  if (target === undefined) return look.danger("names a repository that isn't a plain folder");
  look.touch(target);
  const common = readLine(target, "commondir");
  if (common === undefined || common === ".") {
    return await lookAtFolder(look, target, { workspace, names });
  }
  using shared = root?.openPath(names.slice(0, -2));
  // A unit of its own, which is looked at as such; without a HEAD it would be none
  const isUnit =
    names.at(-3) === ".git" || (shared !== undefined && isBareRepository(shared.entries()));
  if (names.at(-2) !== "worktrees" || !isUnit || common !== "../..") {
    look.danger(elsewhere, common);
  }
}

async function lookAtConfiguration(
  look: Look,
  { folder, name }: { readonly folder: Folder; readonly name: string },
  where: Whereabouts,
): Promise<void> {
  if (folder.facts(name) === undefined) return;
  const content = look.note(folder, name);
  const settings = content && (await readConfiguration(content.subarray(0, maxConfigurationBytes)));
  if (settings === undefined) return look.danger(`has a ${name} that can't be read`);
  for (const setting of settings) {
    if (/^(?:remote|branch)\..+\.(?:url|remote)$/s.test(setting.key)) {
      look.remote(setting.key, setting.value ?? "");
    }
    if (!isHarmless(setting)) look.danger(`sets ${setting.key}`, setting.value);
    else if (setting.key === "core.worktree") lookAtWorkTreeSetting(look, setting.value, where);
  }
}

/** Git writes and removes files of the work tree: it must be a plain folder of the workspace. */
function lookAtWorkTreeSetting(
  look: Look,
  value: string | undefined,
  { workspace, names }: Whereabouts,
): void {
  const inside = toNames(workspace, resolve(workspace, ...names, value ?? ""));
  using root = openOrNothing(workspace);
  using tree = inside === undefined ? undefined : root?.openPath(inside);
  look.state(tree === undefined ? "elsewhere" : "inside");
  if (tree === undefined) look.danger("has its files elsewhere (core.worktree)", value);
}

/** Objects of another repository are copied into this one when git packs, where the next sandbox reads them. */
function lookAtAlternates(look: Look, folder: Folder, { workspace, names }: Whereabouts): void {
  using info = folder.openPath(["objects", "info"]);
  const content = look.note(info, "alternates")?.toString("utf8") ?? "";
  const paths = content.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const isInside = (path: string): boolean =>
    toNames(workspace, resolve(workspace, ...names, "objects", path)) !== undefined;
  if (paths.every(isInside)) return;
  look.danger("takes objects from elsewhere (alternates)", content, "objects/info/alternates");
}

/** A folder of a repository; one that can't be looked into is a reason by itself. */
function openPlain(look: Look, folder: Folder, name: string): Folder | undefined {
  const inner = folder.open(name);
  if (inner === undefined && folder.facts(name)?.kind === "folder") {
    look.note(folder, name);
    look.danger(`has a ${name} that can't be looked into`, "", name);
  }
  return inner;
}

function lookAtHooks(look: Look, folder: Folder): void {
  const facts = folder.facts("hooks");
  if (facts === undefined) return;
  if (facts.kind !== "folder") {
    look.note(folder, "hooks");
    return look.danger("has hooks elsewhere");
  }
  using hooks = openPlain(look, folder, "hooks");
  for (const { name } of hooks?.entries() ?? []) {
    if (hookSample.test(toText(name))) continue;
    const content = look.note(hooks, name);
    look.danger(`has the hook ${toText(name)}`, content ?? hooks?.readLink(name));
  }
}

/** A rebase or a series of commits that was begun and not ended: whoever continues it runs its lines. */
async function lookAtTodo(look: Look, folder: Folder): Promise<void> {
  for (const name of ["rebase-merge", "rebase-apply", "sequencer"]) {
    if (folder.facts(name)?.kind === "link") look.danger(`has a ${name} elsewhere`, "", name);
    using inner = openPlain(look, folder, name);
    if (inner === undefined) continue;
    for (const file of ["git-rebase-todo", "git-rebase-todo.backup", "todo"]) {
      const todo = look.note(inner, file)?.toString("utf8");
      if (todo === undefined && inner.facts(file) !== undefined) {
        look.danger(`has a ${name} that can't be read`, "", name);
      } else if (runsSomething.test(todo ?? "")) {
        look.danger("is in the middle of a rebase that runs commands", todo, name);
      }
    }
    const strategies = await readStrategies(look, inner);
    if (strategies === undefined) look.danger(`has a ${name} that can't be read`, "", name);
    const other = strategies?.find((one) => !ownStrategies.has(one));
    if (other !== undefined) look.danger("merges with a program in its tree", other, name);
  }
}

/** Of what goes on, the merge strategies: git runs `git-merge-NAME`, which with a slash is a file in the work tree. */
async function readStrategies(look: Look, inner: Folder): Promise<readonly string[] | undefined> {
  const found: string[] = [];
  const one = look.note(inner, "strategy");
  if (one !== undefined) found.push(one.toString("utf8").trim());
  else if (inner.facts("strategy") !== undefined) return undefined;
  const content = look.note(inner, "opts");
  if (content === undefined) return inner.facts("opts") === undefined ? found : undefined;
  const settings = await readConfiguration(content);
  const named = settings?.filter(({ key }) => key === "options.strategy");
  return named && [...found, ...named.map(({ value = "" }) => value)];
}
