import { orNothing, type Folder } from "../../base/fs/beneath.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { readViews, type RepositoryViews } from "../git-dir/views/read-views.ts";
import type { KnownViews } from "../git-dir/views/view.ts";
import { toTold } from "../roots/mounted-root.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import type { Baseline } from "./baseline.ts";
import type { HandoffEntry, HandoffOptions } from "./handoff.ts";

/** Of the hand-off's entries about them */
const kind = "what git shows";
const none: RepositoryViews = { views: [], known: {} };

/** What makes git show something else in a repository; nothing for what has no folder of git's. */
export async function readGitDirViews(
  root: Folder,
  { names, shape }: GitDir,
  budget: ScanBudget,
  known?: KnownViews,
): Promise<RepositoryViews> {
  if (shape === "other" || shape === "file" || shape === "link") return none;
  using folder = orNothing(() => root.openPath(names));
  return folder === undefined ? none : await readViews(folder, budget, known);
}

/** What a run left that makes git show something else, with the command that shows what is there. */
export async function inspectViews(
  baseline: Baseline,
  gitDirs: readonly GitDir[],
  { root, budget }: HandoffOptions,
): Promise<readonly HandoffEntry[]> {
  const entries: HandoffEntry[] = [];
  for (const gitDir of gitDirs) {
    if (!(await budget.turn())) break;
    const path = gitDir.names.join("/");
    const known = baseline.repositories.get(path)?.views ?? {};
    const { views } = await readGitDirViews(root.folder, gitDir, budget, known);
    for (const { id, state, text, command } of views) {
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
