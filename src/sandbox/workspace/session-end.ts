import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { Paths } from "../../config/paths.ts";
import { isSystemError, type Folder } from "../../files/beneath.ts";
import { toNameBytes } from "../../files/name-text.ts";
import { lookThrough } from "./handoff/found.ts";
import type { Handoff } from "./handoff/handoff.ts";
import { inspectHandoff } from "./handoff/inspect-handoff.ts";
import { rememberMade, sortMade } from "./handoff/made-repositories.ts";
import { forgetUnlooked, rememberUnlooked } from "./handoff/unlooked-sessions.ts";
import { returnLogs } from "./hide/shown-log.ts";
import { createLookBudget, type LookLimits } from "./look-budget.ts";
import { releaseMountPoints } from "./session-mount-points.ts";
import { writeHandoff, type WorkspaceRecord } from "./workspace-record.ts";

/** Twice what the start looks through: the sandbox has added to it. What is done about it takes its own time. */
const endLimits: LookLimits = {
  entries: 20_000_000,
  findings: 20_000,
  bytes: 1024 * 1024 * 1024,
  ms: 40_000,
};

export interface EndOptions {
  readonly paths: Paths;
  readonly session: string;
  /** Ends the look */
  readonly signal?: AbortSignal | undefined;
}

/** Looks at what a sandbox left, once it's dead, and takes away what the host must not meet. */
export async function inspectEnd(
  { paths, session, signal }: EndOptions,
  root: Folder,
  record: WorkspaceRecord,
): Promise<Handoff> {
  // A mode that keeps its owner out hides all of it
  if ((root.ownFacts().mode & 0o700) !== 0o700) root.allowOwner();
  // What is dangerous is held whatever can't be written: a sandbox can fill the disk
  const unwritten: string[] = [];
  await noting(unwritten, () => returnLogs(record.logs));
  // What it made itself is no finding
  await releaseMountPoints(paths, session, record);
  const { workspace, baseline, protect } = record;
  const { since } = baseline;
  const budget = createLookBudget(endLimits, signal);
  const options = { workspace, root, protect, budget };
  const found = await lookThrough(baseline, options, isReachable(workspace) ? since : undefined);
  const made = sortMade(found.repositories);
  const handoff = await inspectHandoff(baseline, found, options);
  await noting(unwritten, async () => {
    await rememberMade(paths, workspace, made);
    if (handoff.complete) await forgetUnlooked(paths, workspace);
    else await rememberUnlooked(paths, session, workspace);
    await writeHandoff(paths, session, handoff);
  });
  if (unwritten.length === 0) return handoff;
  return { ...handoff, complete: false, unseen: `it can't be written down (${unwritten[0]})` };
}

/** Writes, and notes why the system doesn't let it. */
async function noting(codes: string[], write: () => void | Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    codes.push(error.code);
  }
}

/** Whether other users of this machine get as far as the workspace; its own mode is the sandbox's to choose. */
function isReachable(workspace: string): boolean {
  const above = dirname(workspace);
  if (above === workspace) return true;
  const mode = statSync(toNameBytes(above), { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & 0o011) !== 0 && isReachable(above);
}
