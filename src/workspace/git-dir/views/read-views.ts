import { createHash } from "node:crypto";
import { orNothing, type Folder } from "../../../base/fs/beneath.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import type { GitSetting } from "../git-setting.ts";
import { readSettingsIn } from "../git-configuration.ts";
import type { GitDir } from "../inspect/find-git-dirs.ts";
import { inspectIndex } from "./index-views.ts";
import { readRefViews } from "./ref-views.ts";

// A reviewer goes by what git shows of what a sandbox left. These are the ways to make it show something else that run
// nothing. Sources: git-replace(1), gitrepository-layout(5), git-update-index(1), git-sparse-checkout(1),
// gitignore(5), git-notes(1), gitrevisions(7), git-config(1).

/** One circumstance that makes git show something else than what is there. */
export interface View {
  /** The same circumstance of a repository has the same */
  readonly id: string;
  /** The same while nothing about it changed */
  readonly state: string;
  /** What it does, as in `replaces 2 objects (refs/replace)` */
  readonly text: string;
  /** Shows what is there */
  readonly command: string;
}

/** Ids and states of the views that were there before a run, and the state of the index. */
export type KnownViews = Readonly<Record<string, string>>;

/** Files of a repository's folder; comments alone do nothing. */
const files: readonly (readonly [path: readonly string[], text: string, command: string])[] = [
  [
    ["info", "grafts"],
    "gives commits other parents (info/grafts)",
    "GIT_GRAFT_FILE=/dev/null git log",
  ],
  [["shallow"], "cuts off the history (shallow)", 'git --shallow-file "" log'],
  [["info", "exclude"], "keeps new files from being listed (info/exclude)", "git status --ignored"],
  [
    ["info", "sparse-checkout"],
    "says which files are in the work tree (info/sparse-checkout)",
    "git ls-files -v",
  ],
];
const maxFileBytes = 16 * 1024 * 1024;

/** Settings that run nothing and leave something out of what git shows */
const settings: readonly (readonly [key: RegExp, command: string])[] = [
  [/^status\./, "git -c status.showUntrackedFiles=all status --ignored"],
  [/^submodule\..+\.ignore$/s, "git status --ignore-submodules=none"],
  [/^core\.sparsecheckout(?:cone)?$/, "git ls-files -v"],
  [/^core\.(?:filemode|ignorecase|symlinks)$/, "git -c core.fileMode=true status"],
];
/** As `git init` and `git clone` write them on this kind of machine */
const usual = new Set(["core.filemode true", "core.ignorecase false", "core.symlinks true"]);

/** Of what is known: the state of the index, beside that of each view. */
const indexState = "index file";

export interface RepositoryViews {
  readonly views: readonly View[];
  /** To be given to the next look */
  readonly known: KnownViews;
}

const none: RepositoryViews = { views: [], known: {} };

/**
 * Everything in a repository's folder, or in that of a linked work tree, that makes git show something else; nothing for
 * what has no folder of git's.
 * @param known what an earlier look found; of an index that is as it was there are no views again
 */
export async function readGitDirViews(
  root: Folder,
  { names, shape }: GitDir,
  { budget, known = {} }: { readonly budget: ScanBudget; readonly known?: KnownViews | undefined },
): Promise<RepositoryViews> {
  if (shape === "other" || shape === "file" || shape === "link") return none;
  using folder = orNothing(() => root.openPath(names));
  if (folder === undefined) return none;
  const index = await inspectIndex(folder, budget, known[indexState]);
  const views = [
    ...(await readFileViews(folder, budget)),
    ...index.views,
    ...(await readRefViews(folder, budget)),
    ...(await readSettingViews(folder, budget)),
  ];
  const states = views.map(({ id, state }): [string, string] => [id, state]);
  const { state } = index;
  const own: [string, string][] = state === undefined ? [] : [[indexState, state]];
  return { views, known: Object.fromEntries([...states, ...own]) };
}

async function readFileViews(folder: Folder, budget: ScanBudget): Promise<readonly View[]> {
  const views: View[] = [];
  for (const [path, text, command] of files) {
    await budget.turn();
    using inner = orNothing(() => folder.openPath(path.slice(0, -1)));
    const content = inner?.read(path.at(-1) ?? "", maxFileBytes);
    budget.spend("bytes", content?.length);
    const isEmpty =
      content
        ?.toString("latin1")
        .replaceAll(/^[ \t]*(?:#.*)?\r?$/gm, "")
        .trim() === "";
    if (content === undefined || isEmpty) continue;
    const state = createHash("sha256").update(content).digest("hex");
    views.push({ id: path.join("/"), state, text, command });
  }
  return views;
}

async function readSettingViews(folder: Folder, budget: ScanBudget): Promise<readonly View[]> {
  const found = await readSettingsIn(folder, "config", budget);
  return found.flatMap((setting) => toSettingView(setting));
}

function toSettingView({ key, value = "true" }: GitSetting): readonly View[] {
  const [, command] = settings.find(([name]) => name.test(key)) ?? [];
  if (command === undefined || usual.has(`${key} ${value}`)) return [];
  return [{ id: key, state: value, text: `sets ${key}`, command }];
}
