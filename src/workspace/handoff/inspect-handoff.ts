import { toWrittenName } from "../../base/fs/name-text.ts";
import { createScanBudget, type ScanBudget, toReason } from "../scan-budget.ts";
import { toTold } from "../roots/mounted-root.ts";
import {
  compareExecutables,
  findForged,
  findMoved,
  findOpened,
  findSpecial,
  toCompiledFiles,
} from "./changed-files.ts";
import type { Found } from "./found.ts";
import {
  type HandlingOptions,
  type Handoff,
  type HandoffEntry,
  HandlingSteps,
  isLoud,
} from "./handoff.ts";
import { disablePrograms, disableUnseenFolders, takeOwnerRights } from "./disable-places.ts";
import { inspectViews, reportRepositories } from "./left-repositories.ts";
import { takeSharedRights } from "./shared-rights.ts";

/** What is listed; a list that is longer isn't read, and a sandbox chooses how long it is. */
const maxEntries = 10_000;
/** Characters of a path, and of what is said of it */
const maxTextLength = 4096;
/** For what is done about it: renaming, and taking rights away */
const handlingLimits = { entries: 4_000_000, findings: 40_000, bytes: 0, ms: 12_000 };
/** The same once the user has ended the look. */
const handlingMsAfterSignal = 1000;
/** For taking rights away, which comes first: a sandbox chooses how many files it leaves. */
const rightsMs = 3000;

/** Compares the roots with what they were, and takes away what the host must not meet. */
export async function inspectHandoff(
  all: readonly Found[],
  options: Omit<HandlingOptions, "root" | "roots">,
): Promise<Handoff> {
  const { budget } = options;
  const isOver = budget.ended() === "signal";
  const createBudget = (ms: number): ScanBudget =>
    isOver
      ? createScanBudget({ ...handlingLimits, ms: handlingMsAfterSignal })
      : createScanBudget({ ...handlingLimits, ms }, budget.signal);
  const roots = all.map(({ root }) => root);
  const steps = new HandlingSteps();
  const rights = createBudget(rightsMs);
  for (const found of all) {
    const own = { ...options, root: found.root, roots, budget: rights };
    // By the paths that things have before anything gets another name
    await steps.take(() => takeOwnerRights(found, own));
    await steps.take(async () => (await takeSharedRights(found, rights)).map(toTeller(found.root)));
  }
  const handling = createBudget(handlingLimits.ms);
  for (const found of all) {
    await inspectRoot(found, { ...options, root: found.root, roots }, { handling, steps });
  }
  const { entries, failure } = steps;
  const end = budget.ended();
  const complete =
    all.every(({ scan }) => scan.complete) && end === undefined && failure === undefined;
  const compiled = toCompiledFiles(all);
  return {
    entries: toListed(entries).map(toWritten),
    ...(compiled === undefined ? {} : { compiled }),
    ...(entries.length > maxEntries ? { more: entries.length - maxEntries } : {}),
    complete,
    ...(complete
      ? {}
      : { unseen: failure ?? (end === undefined ? toLeftOut(budget) : toReason(end)) }),
    tookMs: all.reduce((sum, { scan }) => sum + scan.tookMs, 0),
  };
}

async function inspectRoot(
  found: Found,
  options: HandlingOptions,
  { handling, steps }: { readonly handling: ScanBudget; readonly steps: HandlingSteps },
): Promise<void> {
  const { root, baseline, scan, repositories } = found;
  const handled = { ...options, budget: handling };
  await steps.take(() => disablePrograms(found, handled));
  await steps.take(() => reportRepositories(repositories, handled));
  // Of those that git still finds
  await steps.take(() => inspectViews(found, options));
  await steps.take(() => disableUnseenFolders(found, handled));
  const told = toTeller(root);
  await steps.take(() => findOpened(scan).map(told));
  await steps.take(() => findSpecial(baseline, scan).map(told));
  await steps.take(() => findMoved(baseline, root.folder).map(told));
  await steps.take(() => compareExecutables(found).map(told));
  await steps.take(() => findForged(baseline.executables, scan.executables).map(told));
}

function toTeller(root: Found["root"]): (entry: HandoffEntry) => HandoffEntry {
  return (entry) => ({ ...entry, path: toTold(root, entry.path) });
}

/** No more than anybody reads, and nothing that was disabled is left out for the length of one root's list. */
function toListed(entries: readonly HandoffEntry[]): readonly HandoffEntry[] {
  if (entries.length <= maxEntries) return entries;
  const first = [...entries.filter(isLoud), ...entries.filter((one) => !isLoud(one))];
  return first.slice(0, maxEntries);
}

/** Of a look that went on. */
function toLeftOut(budget: ScanBudget): string {
  const place = budget.leftOut();
  return place === undefined
    ? "there is too much in a folder"
    : `it is too deep: ${toWrittenName(cut(place))}`;
}

/** What is told of an entry leaves this program, for others that take only UTF-8. */
function toWritten({ path, detail, ...entry }: HandoffEntry): HandoffEntry {
  const own = { ...entry, path: toWrittenName(cut(path)) };
  return detail === undefined ? own : { ...own, detail: toWrittenName(cut(detail)) };
}

/** In the middle: no system call takes a longer path, and where something is now comes last. */
function cut(text: string): string {
  if (text.length <= maxTextLength) return text;
  return `${text.slice(0, maxTextLength / 2)}…${text.slice(-maxTextLength / 2)}`;
}
