import { createHash } from "node:crypto";
import { plural } from "../../../base/units.ts";
import type { Folder } from "../../../base/fs/beneath.ts";
import { FolderStates } from "../../../base/fs/folder-state.ts";
import { toNameText } from "../../../base/fs/name-text.ts";
import { isSettled } from "../../clock-slack.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { maxIndexBytes, readIndex, toSharedIndex } from "../git-index.ts";
import type { View } from "./read-views.ts";

/** What an index says that makes git leave something out (gitformat-index(5)). */
export interface IndexFlags {
  /** Files that git doesn't compare with the work tree */
  readonly skipWorktree: FlaggedFiles;
  readonly assumeUnchanged: FlaggedFiles;
  /** Extensions: `FSMN` says which files are unchanged, `UNTR` which folders have no new files, `link` names another index */
  readonly extensions: readonly string[];
  /** Of the index that has the rest of the entries, in the same folder */
  readonly shared: string | undefined;
}

interface FlaggedFiles {
  readonly count: number;
  /** The first ones */
  readonly paths: readonly string[];
  /** The same for the same files */
  readonly digest: string;
}

const maxPaths = 3;

/** @returns undefined for what is no index */
export function parseIndexFlags(index: Buffer): IndexFlags | undefined {
  const read = readIndex(index, () => {
    const skipWorktree = createCollector();
    const assumeUnchanged = createCollector();
    return {
      visit: ({ isSkipped, isAssumed, name }) => {
        if (isSkipped) skipWorktree.add(name());
        if (isAssumed) assumeUnchanged.add(name());
      },
      result: { skipWorktree, assumeUnchanged },
    };
  });
  if (read === undefined) return undefined;
  const { result, extensions } = read;
  return {
    skipWorktree: result.skipWorktree.result(),
    assumeUnchanged: result.assumeUnchanged.result(),
    extensions: extensions.map(({ name }) => name),
    shared: toSharedIndex(index, read),
  };
}

function createCollector(): {
  readonly add: (name: string) => void;
  readonly result: () => FlaggedFiles;
} {
  const hash = createHash("sha256");
  const paths: string[] = [];
  let count = 0;
  return {
    add: (name) => {
      hash.update(`${name}\0`, "latin1");
      if (count++ < maxPaths) paths.push(name);
    },
    result: () => ({ count, paths, digest: hash.digest("hex") }),
  };
}

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
    const [id, found] = ["index", `${facts.size} ${facts.changedAt}`];
    const text = "has an index that can't be read";
    return { views: [{ id, state: found, text, command: "git ls-files -v" }] };
  }
  if (index.shared === undefined) return { views: toViews([index]), state };
  const shared = await readFlags(folder, index.shared, budget);
  return { views: toViews(shared === undefined ? [index] : [index, shared]) };
}

function readState(folder: Folder): string | undefined {
  const state = folder.stateOf("index", new FolderStates());
  return state !== undefined && isSettled(state.changedAt) ? state.text : undefined;
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

/** Extensions that say what git needn't look at. */
const extensionViews: readonly Omit<View, "state">[] = [
  {
    id: "FSMN",
    text: "says which files are unchanged (fsmonitor)",
    command: "git -c core.fsmonitor=false status",
  },
  {
    id: "UNTR",
    text: "says which folders have no new files (untracked cache)",
    command: "git -c core.untrackedCache=false status",
  },
];

function toViews(all: readonly IndexFlags[]): readonly View[] {
  const skipped = all.map(({ skipWorktree }) => skipWorktree);
  const assumed = all.map(({ assumeUnchanged }) => assumeUnchanged);
  const extensions = all.flatMap((one) => one.extensions);
  return [
    ...toFlagView("skip-worktree", skipped),
    ...toFlagView("assume-unchanged", assumed),
    ...extensionViews
      .filter(({ id }) => extensions.includes(id))
      .map((view) => ({ ...view, state: "there" })),
  ];
}

function toFlagView(id: string, files: readonly FlaggedFiles[]): readonly View[] {
  const count = files.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return [];
  const first = files.flatMap(({ paths }) => paths);
  const paths = first.map((path) => toNameText(Buffer.from(path, "latin1")));
  const more = count > paths.length ? ", …" : "";
  const what = plural(count, "file");
  const text = `keeps changes of ${what} from being seen (${id}: ${paths.join(", ")}${more})`;
  const state = files.map(({ digest }) => digest).join(" ");
  return [{ id, state, text, command: "git ls-files -v" }];
}
