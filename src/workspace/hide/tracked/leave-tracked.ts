import type { Names } from "../../../base/fs/beneath.ts";
import type { EntryKind } from "../../../base/fs/entry-facts.ts";
import { quoted } from "../../../base/printable.ts";
import { createScanBudget, startLimits } from "../../scan-budget.ts";
import { factsAt } from "../../host-path.ts";
import { toTold } from "../../roots/mounted-root.ts";
import type { ScannedRoot } from "../../roots/scan-root.ts";
import {
  inspectTracked,
  inspectBeneathTracked,
  type ShownFile,
  type TrackedFiles,
} from "./tracked-files.ts";
import { findWorkTreesOf } from "./work-trees.ts";

/** All of what is shown is held until it's written */
const limits = { ...startLimits, bytes: 512 * 1024 * 1024 };

/** Files of a folder as git has them, by their paths from it. */
export type ShownFolder = ReadonlyMap<string, ShownFile>;

/** What git has of the files with secrets in a root. */
export interface TrackedSecrets {
  /** Names of files that aren't hidden, as git has the same */
  readonly readable: readonly Names[];
  /** What is shown in place of hidden files and folders, by path; missing where git has nothing */
  readonly files: ReadonlyMap<string, ShownFile>;
  readonly folders: ReadonlyMap<string, ShownFolder>;
}

/**
 * Takes from what is hidden the files that git has with the same content: the sandbox reads them with `git show`, and a
 * mask would only make git see a change that isn't there. Of the others it's found what git has, to be shown instead.
 */
export async function leaveTracked(
  looked: readonly ScannedRoot[],
): Promise<readonly ScannedRoot[]> {
  const look = { trees: await findWorkTreesOf(looked), budget: createScanBudget(limits) };
  const all: ScannedRoot[] = [];
  for (const one of looked)
    all.push(one.scan.secrets.length === 0 ? one : await leaveIn(one, look));
  return all;
}

async function leaveIn(one: ScannedRoot, look: TrackedFiles): Promise<ScannedRoot> {
  const { root, scan } = one;
  const tracked = await inspectTracked(look, root, ofKind(one, "file"));
  const isSame = (names: Names): boolean => tracked.get(names.join("/"))?.isSame === true;
  const files = new Map<string, ShownFile>();
  for (const [path, { shown, isSame: isLeft }] of tracked) {
    if (shown !== undefined && !isLeft) files.set(path, shown);
  }
  const { folders, notes } = await showFolders(one, look);
  return {
    ...one,
    scan: {
      ...scan,
      secrets: scan.secrets.filter((names) => !isSame(names)),
      notes: [...scan.notes, ...notes],
    },
    tracked: { readable: scan.secrets.filter(isSame), files, folders },
  };
}

async function showFolders(
  one: ScannedRoot,
  { trees, budget }: TrackedFiles,
): Promise<Pick<TrackedSecrets, "folders"> & { readonly notes: readonly string[] }> {
  const folders = new Map<string, ShownFolder>();
  const notes: string[] = [];
  for (const names of ofKind(one, "folder")) {
    const [place] = trees(one.root, names);
    const files = place && (await inspectBeneathTracked(place, budget));
    const path = names.join("/");
    if (files !== undefined && files.size > 0) folders.set(path, files);
    if (place === undefined || files !== undefined) continue;
    notes.push(
      `${quoted(toTold(one.root, path))} is hidden, and git in the sandbox takes its files for deleted: ` +
        "what git has of it can't be shown",
    );
  }
  return { folders, notes };
}

function ofKind({ root, scan }: ScannedRoot, kind: EntryKind): readonly Names[] {
  return scan.secrets.filter((names) => factsAt(root.folder, names)?.kind === kind);
}
