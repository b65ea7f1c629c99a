import { orNothing, type Folder } from "../../../files/beneath.ts";
import type { LookBudget } from "../look-budget.ts";
import { readViews } from "../review/read-views.ts";
import type { KnownViews, View } from "../review/view.ts";
import { toTold } from "../roots/mounted-root.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";
import type { Baseline } from "./baseline.ts";
import type { HandoffEntry, HandoffOptions } from "./handoff.ts";

/** Of the hand-off's entries about them */
const kind = "what git shows";

/** What makes git show something else in a repository; nothing for what has no folder of git's. */
export async function readUnitViews(
  root: Folder,
  { names, shape }: RepositoryUnit,
  budget: LookBudget,
): Promise<readonly View[]> {
  if (shape === "other" || shape === "file" || shape === "link") return [];
  using folder = orNothing(() => root.openPath(names));
  return folder === undefined ? [] : await readViews(folder, budget);
}

export function toKnownViews(views: readonly View[]): KnownViews {
  return Object.fromEntries(views.map(({ id, state }) => [id, state]));
}

/** What a run left that makes git show something else, with the command that shows what is there. */
export async function inspectViews(
  baseline: Baseline,
  units: readonly RepositoryUnit[],
  { root, budget }: HandoffOptions,
): Promise<readonly HandoffEntry[]> {
  const entries: HandoffEntry[] = [];
  for (const unit of units) {
    if (!(await budget.turn())) break;
    const path = unit.names.join("/");
    const known = baseline.repositories.get(path)?.views ?? {};
    for (const { id, state, text, command } of await readUnitViews(root.folder, unit, budget)) {
      if (known[id] === state) continue;
      const change = known[id] === undefined ? "new" : "changed";
      entries.push({
        change,
        kind,
        path: toTold(root, path),
        detail: `${text}; to see what is there: ${command}`,
      });
    }
  }
  return entries;
}
