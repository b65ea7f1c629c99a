import { plural } from "../../../base/units.ts";
import type { Folder } from "../../../base/fs/beneath.ts";
import { FolderStates } from "../../../base/fs/folder-state.ts";
import { toNameText } from "../../../base/fs/name-text.ts";
import { isSettled } from "../../clock-slack.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { maxIndexBytes } from "../git-index.ts";
import { parseIndexFlags, type FlaggedFiles, type IndexFlags } from "./index-flags.ts";
import type { View } from "./view.ts";

/** What a look at the index of a work tree found. */
interface IndexFacts {
  /** What keeps git from comparing; none when the index is as it was */
  readonly views: readonly View[];
  /** Of the file with all of the index, while it says that nothing changed; undefined where only reading says so */
  readonly state?: string | undefined;
}

/** @param known state of the index that an earlier look read: it isn't read again, since a large one takes its time */
export async function inspectIndex(
  folder: Folder,
  budget: ScanBudget,
  known: string | undefined,
): Promise<IndexFacts> {
  const facts = folder.facts("index");
  if (facts === undefined) return { views: [] };
  const state = readState(folder);
  if (state !== undefined && state === known) return { views: [], state };
  const index = await readFlags(folder, "index", budget);
  if (index === undefined) {
    const found = `${facts.size} ${facts.changedAt}`;
    const view = toView("index", found, ["has an index that can't be read", "git ls-files -v"]);
    return { views: [view] };
  }
  if (index.shared === undefined) return { views: toViews([index]), state };
  const shared = await readFlags(folder, index.shared, budget);
  return { views: toViews(shared === undefined ? [index] : [index, shared]) };
}

function readState(folder: Folder): string | undefined {
  const state = folder.stateOf("index", new FolderStates());
  return state !== undefined && isSettled(state.changedAt) ? state.text : undefined;
}

function toViews(all: readonly IndexFlags[]): readonly View[] {
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
  budget: ScanBudget,
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
  const what = plural(count, "file");
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
