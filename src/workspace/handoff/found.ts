import type { ScanBudget } from "../scan-budget.ts";
import { readPlace } from "../hide/hidden-once.ts";
import type { OpenRoot } from "../roots/mounted-root.ts";
import { scanRoot } from "../roots/scan-root.ts";
import type { Scan } from "../scan/scan.ts";
import type { Baseline } from "./baseline.ts";
import { examineFound, examineKnown, type InspectedGitDir } from "./inspected-git-dirs.ts";
import type { HandoffOptions } from "./handoff.ts";
import { readLeftSettings, withLeftPrograms } from "./left-programs.ts";

/** A root that a sandbox was in, and what it was before. */
export interface LeftRoot {
  readonly root: OpenRoot;
  readonly baseline: Baseline;
  /** Programs that run as their owner are looked for among what changed after this, `ns`; undefined: they are not */
  readonly since?: bigint | undefined;
}

/** What one look through a root found, to be compared with the baseline. */
export interface Found extends LeftRoot {
  readonly scan: Scan;
  readonly repositories: readonly InspectedGitDir[];
}

/** Looks through the roots after a sandbox was in them: what was known before of all of them comes first. */
export async function scanThrough(
  left: readonly LeftRoot[],
  { protect, budget }: Omit<HandoffOptions, "root" | "roots">,
): Promise<readonly Found[]> {
  const roots = left.map(({ root }) => root);
  const known: (readonly InspectedGitDir[])[] = [];
  for (const { root, baseline } of left) {
    known.push(await examineKnown(baseline, { root, roots, protect, budget }));
  }
  const isAsked = protect === "default" && known.some((gitDirs) => gitDirs.length > 0);
  // Git answers while the roots are looked through
  const asked = isAsked ? readLeftSettings(budget) : undefined;
  asked?.catch(() => undefined);
  const all: Found[] = [];
  for (const [index, one] of left.entries()) {
    const { root, baseline, since } = one;
    const { begun = baseline.since } = baseline;
    const options = { root, roots, protect, budget: toOwnBudget(root, budget) };
    const plain = root.plain?.wantsNotes() === true ? root.plain : undefined;
    plain?.beginNotes();
    const scan = await scanRoot(root, {
      hide: undefined,
      deep: true,
      plain,
      ...(protect === "default" ? { opens: baseline.since } : {}),
      disabledBefore: begun,
      masked: new Map(baseline.deepAs?.map(({ path, key }) => [path, key])),
      made: { since: baseline.since, counted: begun },
      ...(since === undefined ? {} : { since }),
      budget: options.budget,
    });
    const found = await examineFound(scan.repositories, baseline, options);
    all.push({
      ...one,
      scan: withoutHidden(scan, one),
      repositories: [...(known[index] ?? []), ...found],
    });
  }
  return protect === "none" ? all : await withLeftPrograms(all, budget, asked);
}

/** A scan without what lies in folders that were hidden and still are the same: there neither the start looked nor the sandbox. */
function withoutHidden(scan: Scan, { root, baseline }: LeftRoot): Scan {
  const { hidden, hiddenAs = [] } = baseline;
  const keys = new Map(hiddenAs.map(({ path, key }) => [path, key]));
  const same = hidden.filter((path) => {
    const key = keys.get(path);
    return key === undefined || readPlace(root.folder, path.split("/"))?.key === key;
  });
  if (same.length === 0) return scan;
  const isSeen = (path: string): boolean => !same.some((one) => path.startsWith(`${one}/`));
  return {
    ...scan,
    executables: new Map([...scan.executables].filter(([path]) => isSeen(path))),
    shared: new Map([...scan.shared].filter(([path]) => isSeen(path))),
    special: scan.special.filter((names) => isSeen(names.join("/"))),
  };
}

/** The same budget; what is left out of the look is told by its place on the host. */
function toOwnBudget({ kind, source }: OpenRoot, budget: ScanBudget): ScanBudget {
  if (kind === "workspace") return budget;
  return { ...budget, leaveOut: (names) => budget.leaveOut(names && [source, ...names]) };
}
