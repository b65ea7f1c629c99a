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
import { inspectTodo } from "./inspect-todo.ts";
import { openPlain, type Look } from "./inspection.ts";

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
