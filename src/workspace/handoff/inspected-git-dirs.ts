import { isSystemError, type Folder } from "../../base/fs/beneath.ts";
import { inspectGitDir } from "../git-dir/inspect/inspect-git-dir.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import type { GitDirFindings } from "../git-dir/inspect/inspection.ts";
import { wasThere, type Baseline, type KnownGitDir } from "./baseline.ts";
import type { HandoffOptions } from "./handoff.ts";

/** A repository that is there at the end, and what it was at the start. */
export interface InspectedGitDir {
  readonly gitDir: GitDir;
  /** From the root */
  readonly path: string;
  readonly known: KnownGitDir | undefined;
  readonly findings: GitDirFindings;
}

/** What became of the repositories that were there at the start: they are looked at first, whatever else there is now. */
export async function examineKnown(
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
export async function examineFound(
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
