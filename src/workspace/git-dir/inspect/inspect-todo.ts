import type { Folder } from "../../../base/fs/beneath.ts";
import { readConfiguration } from "../git-configuration.ts";
import { openPlain, type Look } from "./inspection.ts";

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
export async function inspectTodo(look: Look, folder: Folder): Promise<void> {
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
