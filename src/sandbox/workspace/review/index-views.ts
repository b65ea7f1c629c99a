import type { Folder } from "../../../files/beneath.ts";
import { toNameText } from "../../../files/name-text.ts";
import type { LookBudget } from "../look-budget.ts";
import { maxIndexBytes } from "../repository/git-index.ts";
import { parseIndexFlags, type FlaggedFiles, type IndexFlags } from "./index-flags.ts";
import type { View } from "./view.ts";

/** What the index of a work tree keeps git from comparing. */
export async function readIndexViews(folder: Folder, budget: LookBudget): Promise<readonly View[]> {
  const facts = folder.facts("index");
  if (facts === undefined) return [];
  const index = await readFlags(folder, "index", budget);
  if (index === undefined) {
    const state = `${facts.size} ${facts.changedAt}`;
    return [toView("index", state, ["has an index that can't be read", "git ls-files -v"])];
  }
  const shared =
    index.shared === undefined ? undefined : await readFlags(folder, index.shared, budget);
  const all = shared === undefined ? [index] : [index, shared];
  return [
    ...toFlagView(
      "skip-worktree",
      all.map(({ skipWorktree }) => skipWorktree),
    ),
    ...toFlagView(
      "assume-unchanged",
      all.map(({ assumeUnchanged }) => assumeUnchanged),
    ),
    ...toExtensionView(all, "FSMN", [
      "says which files are unchanged (fsmonitor)",
      "git -c core.fsmonitor=false status",
    ]),
    ...toExtensionView(all, "UNTR", [
      "says which folders have no new files (untracked cache)",
      "git -c core.untrackedCache=false status",
    ]),
  ];
}

async function readFlags(
  folder: Folder,
  name: string,
  budget: LookBudget,
): Promise<IndexFlags | undefined> {
  await budget.turn();
  const content = folder.read(name, maxIndexBytes);
  budget.spend("bytes", content?.length);
  return content && parseIndexFlags(content);
}

function toFlagView(flag: string, files: readonly FlaggedFiles[]): readonly View[] {
  const count = files.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return [];
  const paths = files
    .flatMap((one) => one.paths)
    .map((path) => toNameText(Buffer.from(path, "latin1")));
  const more = count > paths.length ? ", …" : "";
  const what = count === 1 ? "1 file" : `${count} files`;
  const text = `keeps changes of ${what} from being seen (${flag}: ${paths.join(", ")}${more})`;
  return [toView(flag, files.map(({ digest }) => digest).join(" "), [text, "git ls-files -v"])];
}

function toExtensionView(
  all: readonly IndexFlags[],
  name: string,
  said: readonly [text: string, command: string],
): readonly View[] {
  const isThere = all.some(({ extensions }) => extensions.includes(name));
  return isThere ? [toView(name, "there", said)] : [];
}

function toView(id: string, state: string, [text, command]: readonly [string, string]): View {
  return { id, state, text, command };
}
