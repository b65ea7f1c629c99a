import { isSystemError, type Folder } from "../../base/fs/beneath.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { readPlace } from "../hide/hidden-once.ts";
import type { OpenRoot } from "../roots/mounted-root.ts";
import { scanRoot } from "../roots/scan-root.ts";
import type { Scan } from "../scan/scan.ts";
import { type Baseline, wasThere, type KnownGitDir } from "./baseline.ts";
import type { HandoffOptions } from "./handoff.ts";
import { readLeftSettings, withLeftPrograms } from "./left-programs.ts";
import { inspectGitDir } from "../git-dir/inspect/inspect-git-dir.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import type { GitDirFindings } from "../git-dir/inspect/inspection.ts";

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

/** A repository that is there at the end, and what it was at the start. */
export interface InspectedGitDir {
  readonly gitDir: GitDir;
  /** From the root */
  readonly path: string;
  readonly known: KnownGitDir | undefined;
  readonly findings: GitDirFindings;
}

/** What became of the repositories that were there at the start: they are looked at first, whatever else there is now. */
async function examineKnown(
  { repositories }: Baseline,
  options: HandoffOptions,
): Promise<readonly InspectedGitDir[]> {
  const gitDirs = [...repositories].flatMap(([path, { shape }]) => {
    const names = path.split("/").filter((name) => name !== "");
    return toPresent(options.root.folder, { names, shape }) ?? [];
  });
  return await examineAll(gitDirs, repositories, options);
}

/** The others, without those whose times say that they were there. */
async function examineFound(
  gitDirs: readonly GitDir[],
  baseline: Baseline,
  options: HandoffOptions,
): Promise<readonly InspectedGitDir[]> {
  const others = gitDirs.filter(({ names }) => !baseline.repositories.has(names.join("/")));
  const examined = await examineAll(others, baseline.repositories, options);
  return examined.filter(
    ({ gitDir, findings }) =>
      findings.unseen !== undefined ||
      !wasThere(baseline, gitDir, { newest: findings.newest, root: options.root }),
  );
}

async function examineAll(
  gitDirs: readonly GitDir[],
  repositories: Baseline["repositories"],
  options: HandoffOptions,
): Promise<readonly InspectedGitDir[]> {
  const examined: InspectedGitDir[] = [];
  for (const gitDir of gitDirs) {
    await options.budget.turn();
    const path = gitDir.names.join("/");
    const findings = await inspectGitDir(gitDir, options);
    examined.push({ gitDir, path, known: repositories.get(path), findings });
  }
  return examined;
}

/** Undefined when it's gone; a `.git` may have become a file or a link. */
function toPresent(root: Folder, gitDir: GitDir): GitDir | undefined {
  const { names, shape } = gitDir;
  const name = names.at(-1);
  if (name === undefined) return gitDir;
  try {
    using parent = root.openPath(names.slice(0, -1));
    const kind = parent?.facts(name)?.kind;
    if (kind === undefined) return undefined;
    if (shape !== "folder" && shape !== "file" && shape !== "link") return gitDir;
    return { names, shape: kind === "file" || kind === "link" ? kind : "folder" };
  } catch (error) {
    // Whoever examines it finds that it can't be looked at
    if (isSystemError(error)) return gitDir;
    throw error;
  }
}
