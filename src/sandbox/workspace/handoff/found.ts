import { scanWorkspace, type Scan } from "../scan/scan.ts";
import type { Baseline } from "./baseline.ts";
import { examineFound, examineKnown, type ExaminedUnit } from "./examined-units.ts";
import type { HandoffOptions } from "./handoff.ts";

/** What one look through a workspace found, to be compared with the baseline. */
export interface Found {
  readonly scan: Scan;
  readonly repositories: readonly ExaminedUnit[];
}

/**
 * Looks through a workspace after a sandbox was in it.
 * @param since programs that run as their owner are looked for among what changed after this, `ns`
 */
export async function lookThrough(
  baseline: Baseline,
  options: HandoffOptions,
  since?: bigint,
): Promise<Found> {
  const { root, workspace, budget } = options;
  const known = await examineKnown(baseline, options);
  const scan = await scanWorkspace(root, workspace, {
    hide: undefined,
    deep: true,
    ...(options.protect === "default" ? { opens: baseline.since } : {}),
    heldBefore: baseline.begun ?? baseline.since,
    ...(since === undefined ? {} : { since }),
    budget,
  });
  const found = await examineFound(scan.repositories, baseline, options);
  return { scan, repositories: [...known, ...found] };
}
