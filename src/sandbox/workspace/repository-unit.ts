import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { toText, type EntryName, type Folder } from "../../files/beneath.ts";
import { maxConfigurationBytes, readConfiguration } from "./git-configuration.ts";
import { sameFolder } from "./held-place.ts";
import { isHarmless } from "./git-setting-safety.ts";
import { openOrNothing, readLine, toNames } from "./git-folder.ts";
import { isBareRepository } from "./walk.ts";

/** Something that git takes for a repository, or for the way to one. */
export interface RepositoryUnit {
  /** Names from the workspace to the folder or file itself */
  readonly names: readonly string[];
  /** `module` and `worktree` are folders within another repository's */
  readonly shape: "folder" | "bare" | "file" | "link" | "module" | "worktree";
}

/** One reason why git must not use a repository. */
export interface Danger {
  /** As in `sets core.fsmonitor` */
  readonly text: string;
  /** The same for the same text and content: what was there before the run is no finding */
  readonly id: string;
  /** What in the repository is enough to take away */
  readonly place?: string;
}

/** What a repository could make git do. */
export interface UnitFindings {
  /** Of everything that was looked at: the same means nothing changed */
  readonly fingerprint: string;
  /** Why git must not use it; empty when nothing in it makes git run anything */
  readonly dangers: readonly Danger[];
  /** When the newest of what was looked at changed, `ns` */
  readonly newest: bigint;
}

const maxLookedAtBytes = 1024 * 1024;
const maxModuleDepth = 16;
const hookSample = /\.sample$/;
const elsewhere = "takes its settings from elsewhere (commondir)";
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
  using modules = folder.open("modules");
  if (modules !== undefined) addModules(modules, [...names, "modules"], { units, depth: 0 });
  return units;
}

function addModules(
  folder: Folder,
  names: readonly string[],
  { units, depth }: { readonly units: RepositoryUnit[]; readonly depth: number },
): void {
  if (depth > maxModuleDepth) return;
  for (const { name } of folder.entries()) {
    using inner = folder.open(name);
    if (inner === undefined) continue;
    const own = [...names, toText(name)];
    if (isBareRepository(inner.entries())) units.push(...listUnits(inner, own, "module"));
    else addModules(inner, own, { units, depth: depth + 1 });
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
  if (folder === undefined) return look.result();
  // A folder that was given the name of a repository has a new time, whatever is in it has not
  look.touch(folder);
  if (unit.shape === "worktree") lookAtWorkTree(look, folder);
  else await lookAtFolder(look, folder);
  return look.result();
}

async function lookAtFolder(look: Look, folder: Folder): Promise<void> {
  await lookAtConfiguration(look, folder, "config");
  await lookAtConfiguration(look, folder, "config.worktree");
  lookAtHooks(look, folder);
  // The folder itself: what a session holds the place with
  if (folder.read("commondir", sameFolder.length)?.toString("utf8") !== sameFolder) {
    const common = look.note(folder, "commondir");
    if (folder.facts("commondir") !== undefined) look.danger(elsewhere, common);
  }
  for (const legacy of ["remotes", "branches"]) {
    using inner = folder.open(legacy);
    for (const { name } of inner?.entries() ?? []) {
      const content = look.note(inner, name);
      look.danger(`has old-style remotes (${legacy}/)`, content, legacy);
    }
  }
  lookAtTodo(look, folder);
}

/** The administrative folder of a linked work tree. */
function lookAtWorkTree(look: Look, folder: Folder): void {
  const common = look.note(folder, "commondir");
  if (common?.toString("utf8").trim() !== "../..") look.danger(elsewhere, common);
  look.note(folder, "config.worktree");
  if (folder.facts("config.worktree") !== undefined) look.danger("has settings of its own");
  lookAtHooks(look, folder);
  if (folder.facts("config") !== undefined) look.danger("has a configuration of its own");
  lookAtTodo(look, folder);
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
  const named = content.replace(/^gitdir: ?/, "").replace(/\r?\n[\s\S]*$/, "");
  const folder = resolve(workspace, ...unit.names.slice(0, -1));
  const names = toNames(workspace, resolve(folder, named));
  if (names === undefined) return look.danger("names a repository outside the workspace", content);
  using root = openOrNothing(workspace);
  using target = root?.openPath(names);
  if (target === undefined) return look.danger("names a repository that isn't a plain folder");
  look.touch(target);
  const common = readLine(target, "commondir");
  if (common === undefined || common === ".") return await lookAtFolder(look, target);
  const isWorkTree = names.at(-2) === "worktrees" && names.includes(".git") && common === "../..";
  if (!isWorkTree) look.danger(elsewhere, common);
}

async function lookAtConfiguration(look: Look, folder: Folder, name: string): Promise<void> {
  if (folder.facts(name) === undefined) return;
  const content = look.note(folder, name);
  const settings = content && (await readConfiguration(content.subarray(0, maxConfigurationBytes)));
  if (settings === undefined) return look.danger(`has a ${name} that can't be read`);
  for (const setting of settings) {
    if (!isHarmless(setting)) look.danger(`sets ${setting.key}`, setting.value);
  }
}

function lookAtHooks(look: Look, folder: Folder): void {
  const facts = folder.facts("hooks");
  if (facts === undefined) return;
  if (facts.kind !== "folder") {
    look.note(folder, "hooks");
    return look.danger("has hooks elsewhere");
  }
  using hooks = folder.open("hooks");
  for (const { name } of hooks?.entries() ?? []) {
    if (hookSample.test(toText(name))) continue;
    const content = look.note(hooks, name);
    look.danger(`has the hook ${toText(name)}`, content ?? hooks?.readLink(name));
  }
}

/** A rebase that was begun and not ended: whoever continues it runs its lines. */
function lookAtTodo(look: Look, folder: Folder): void {
  for (const name of ["rebase-merge", "rebase-apply", "sequencer"]) {
    if (folder.facts(name)?.kind === "link") look.danger(`has a ${name} elsewhere`, "", name);
    using inner = folder.open(name);
    for (const file of ["git-rebase-todo", "git-rebase-todo.backup", "todo"]) {
      const todo = look.note(inner, file)?.toString("utf8") ?? "";
      if (runsSomething.test(todo)) {
        look.danger("is in the middle of a rebase that runs commands", todo, name);
      }
    }
  }
}

interface Look {
  /** Takes an entry into the fingerprint; its content when it's a plain file */
  readonly note: (folder: Folder | undefined, name: EntryName) => Buffer | undefined;
  /** Takes when the folder itself changed into account, and nothing else of it */
  readonly touch: (folder: Folder) => void;
  readonly danger: (text: string, content?: string | Buffer, place?: string) => void;
  readonly result: () => UnitFindings;
}

function createLook(): Look {
  const hash = createHash("sha256");
  const dangers = new Map<string, Danger>();
  let newest = 0n;
  return {
    note: (folder, name) => {
      const facts = folder?.facts(name);
      if (folder === undefined || facts === undefined) return undefined;
      if (facts.changedAt > newest) newest = facts.changedAt;
      const content = folder.read(name, maxLookedAtBytes);
      hash.update(
        `${toText(name)}\0${facts.kind}\0${facts.mode}\0${content?.length ?? folder.readLink(name) ?? -1}\0`,
      );
      if (content !== undefined) hash.update(content);
      return content;
    },
    touch: (folder) => {
      const { changedAt } = folder.ownFacts();
      if (changedAt > newest) newest = changedAt;
    },
    danger: (text, content = "", place) => {
      const id = createHash("sha256").update(`${text}\0`).update(content).digest("base64url");
      dangers.set(id, { text, id, ...(place === undefined ? {} : { place }) });
    },
    result: () => ({ fingerprint: hash.digest("hex"), dangers: [...dangers.values()], newest }),
  };
}
