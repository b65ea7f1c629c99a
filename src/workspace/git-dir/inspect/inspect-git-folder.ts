import type { Folder } from "../../../base/fs/beneath.ts";
import { readFolder } from "../../read-folder.ts";
import { readLine } from "../git-location.ts";
import { sameFolder } from "../../protect/mount-point.ts";
import {
  inspectAlternates,
  inspectConfiguration,
  type Whereabouts,
} from "./inspect-configuration.ts";
import { saplingInGit } from "../other-system.ts";
import { inspectLinks } from "./inspect-links.ts";
import { inspectOtherSystem } from "./inspect-other-system.ts";
import { openPlain, type Look } from "./inspection.ts";
import { readConfiguration } from "../git-configuration.ts";

/** Git's own example, which it doesn't run */
const hookSample = /\.sample$/;
/** Said of a git dir that git reads the configuration of another folder for */
export const elsewhere = "takes its settings from elsewhere (commondir)";

/** The folder of a repository, with or without a work tree around it. */
export async function inspectFolder(look: Look, folder: Folder, where: Whereabouts): Promise<void> {
  await inspectConfiguration(look, { folder, name: "config" }, where);
  if (hasContent(folder, "config.worktree")) {
    await inspectConfiguration(look, { folder, name: "config.worktree" }, where);
  }
  await inspectHooks(look, folder);
  inspectAlternates(look, folder, where);
  // The folder itself: what a session holds the place with
  if (folder.read("commondir", sameFolder.length)?.toString("utf8") !== sameFolder) {
    const common = look.note(folder, "commondir");
    if (folder.facts("commondir") !== undefined) look.danger(elsewhere, common);
  }
  for (const legacy of ["remotes", "branches"]) {
    using inner = openPlain(look, folder, { name: legacy });
    for (const { name } of inner === undefined ? [] : await readFolder(inner, look.budget)) {
      if (look.budget.isDue() && !(await look.budget.turn())) return;
      const content = look.note(inner, name);
      look.danger(`has old-style remotes (${legacy}/)`, content, legacy);
    }
  }
  inspectOtherSystem(look, folder, saplingInGit);
  await inspectTodo(look, folder);
  await inspectLinks(look, folder, { shape: "repository", apart: where.apart });
}

/** The administrative folder of a linked work tree. */
export async function inspectWorkTree(look: Look, folder: Folder): Promise<void> {
  const common = look.note(folder, "commondir");
  if (common?.toString("utf8").trim() !== "../..") look.danger(elsewhere, common);
  // It may choose among the repository's remotes
  look.remote("HEAD", readLine(folder, "HEAD") ?? "");
  if (hasContent(folder, "config.worktree")) {
    look.note(folder, "config.worktree");
    look.danger("has settings of its own");
  }
  await inspectHooks(look, folder);
  if (folder.facts("config") !== undefined) look.danger("has a configuration of its own");
  await inspectTodo(look, folder);
  await inspectLinks(look, folder, { shape: "worktree" });
}

/** An empty file is what a session holds the place with. */
function hasContent(folder: Folder, name: string): boolean {
  const facts = folder.facts(name);
  return facts !== undefined && (facts.kind !== "file" || facts.size > 0);
}

async function inspectHooks(look: Look, folder: Folder): Promise<void> {
  const facts = folder.facts("hooks");
  if (facts === undefined) return;
  if (facts.kind !== "folder") {
    look.note(folder, "hooks");
    return look.danger("has hooks elsewhere");
  }
  using hooks = openPlain(look, folder, { name: "hooks" });
  for (const { name } of hooks === undefined ? [] : await readFolder(hooks, look.budget)) {
    if (look.budget.isDue() && !(await look.budget.turn())) return;
    if (hookSample.test(name)) continue;
    const content = look.note(hooks, name);
    look.danger(`has the hook ${name}`, content ?? hooks?.readLink(name));
  }
}

/** Folders in which git keeps what is to be done next of a rebase, or of a series of commits. */
export const unfinished: readonly string[] = ["rebase-merge", "rebase-apply", "sequencer"];

/** What git itself has (git-merge(1), "merge strategies"). */
const ownStrategies = new Set(["", "ort", "recursive", "resolve", "octopus", "ours", "subtree"]);
/** A line of a todo list that is a command (git-rebase(1), "exec") */
const runsSomething = /^[^\S\n\r\u2028\u2029]*(?:x|exec)\s/m;

/**
 * A rebase or a series of commits that was begun and not ended: whoever continues it runs its lines. One that runs nothing
 * is git's everyday work, and no finding.
 */
async function inspectTodo(look: Look, folder: Folder): Promise<void> {
  for (const name of unfinished) {
    if (folder.facts(name)?.kind === "link") look.danger(`has a ${name} elsewhere`, "", name);
    using inner = openPlain(look, folder, { name });
    if (inner === undefined) continue;
    for (const file of ["git-rebase-todo", "git-rebase-todo.backup", "todo"]) {
      const todo = look.read(inner, file)?.toString("utf8");
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
  const one = look.read(inner, "strategy");
  if (one !== undefined) found.push(one.toString("utf8").trim());
  else if (inner.facts("strategy") !== undefined) return undefined;
  const content = look.read(inner, "opts");
  if (content === undefined) return inner.facts("opts") === undefined ? found : undefined;
  const settings = await readConfiguration(content, look.budget);
  const named = settings?.filter(({ key }) => key === "options.strategy");
  return named && [...found, ...named.map(({ value = "" }) => value)];
}
