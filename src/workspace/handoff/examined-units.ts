import { isSystemError, type Folder } from "../../base/fs/beneath.ts";
import { examineUnit } from "../git-dir/inspect/inspect-git-dir.ts";
import type { RepositoryUnit } from "../git-dir/inspect/find-git-dirs.ts";
import type { UnitFindings } from "../git-dir/inspect/inspection.ts";
import { wasThere, type Baseline, type KnownUnit } from "./baseline.ts";
import type { HandoffOptions } from "./handoff.ts";

/** A repository that is there at the end, and what it was at the start. */
export interface ExaminedUnit {
  readonly unit: RepositoryUnit;
  /** From the root */
  readonly path: string;
  readonly known: KnownUnit | undefined;
  readonly findings: UnitFindings;
}

/** What became of the repositories that were there at the start: they are looked at first, whatever else there is now. */
export async function examineKnown(
  { repositories }: Baseline,
  options: HandoffOptions,
): Promise<readonly ExaminedUnit[]> {
  const units = [...repositories].flatMap(([path, { shape }]) => {
    const names = path.split("/").filter((name) => name !== "");
    return toPresent(options.root.folder, { names, shape }) ?? [];
  });
  return await examineAll(units, repositories, options);
}

/** The others, without those whose times say that they were there. */
export async function examineFound(
  units: readonly RepositoryUnit[],
  baseline: Baseline,
  options: HandoffOptions,
): Promise<readonly ExaminedUnit[]> {
  const others = units.filter(({ names }) => !baseline.repositories.has(names.join("/")));
  const examined = await examineAll(others, baseline.repositories, options);
  return examined.filter(
    ({ unit, findings }) =>
      findings.unseen !== undefined ||
      !wasThere(baseline, unit, { newest: findings.newest, root: options.root }),
  );
}

async function examineAll(
  units: readonly RepositoryUnit[],
  repositories: Baseline["repositories"],
  options: HandoffOptions,
): Promise<readonly ExaminedUnit[]> {
  const examined: ExaminedUnit[] = [];
  for (const unit of units) {
    await options.budget.turn();
    const path = unit.names.join("/");
    const findings = await examineUnit(unit, options);
    examined.push({ unit, path, known: repositories.get(path), findings });
  }
  return examined;
}

/** Undefined when it's gone; a `.git` may have become a file or a link. */
function toPresent(root: Folder, unit: RepositoryUnit): RepositoryUnit | undefined {
  const { names, shape } = unit;
  const name = names.at(-1);
  if (name === undefined) return unit;
  try {
    using parent = root.openPath(names.slice(0, -1));
    const kind = parent?.facts(name)?.kind;
    if (kind === undefined) return undefined;
    if (shape !== "folder" && shape !== "file" && shape !== "link") return unit;
    return { names, shape: kind === "file" || kind === "link" ? kind : "folder" };
  } catch (error) {
    // Whoever examines it finds that it can't be looked at
    if (isSystemError(error)) return unit;
    throw error;
  }
}
