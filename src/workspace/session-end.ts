import { statSync } from "node:fs";
import type { Paths } from "../base/paths.ts";
import { debug } from "../base/debug.ts";
import { VaultboxError } from "../base/errors.ts";
import { isSystemError } from "../base/fs/beneath.ts";
import { toNameBytes } from "../base/fs/name-text.ts";
import { contains } from "../base/fs/path-steps.ts";
import { quoted } from "../base/printable.ts";
import { toFoldersAround } from "./host-path.ts";
import { scanThrough, type Found, type LeftRoot } from "./handoff/found.ts";
import type { Handoff, HandoffEntry } from "./handoff/handoff.ts";
import { inspectHandoff } from "./handoff/inspect-handoff.ts";
import { rememberMade, sortMade } from "./handoff/made-repositories.ts";
import {
  maxOpenDangers,
  readOpenDangers,
  rememberDangers,
  type OpenDanger,
  withOpenDangers,
} from "./handoff/open-dangers.ts";
import { forgetUnscanned, rememberUnscanned } from "./handoff/unscanned-sessions.ts";
import { returnLogs } from "./hide/shown-log.ts";
import { createScanBudget, type ScanLimits } from "./scan-budget.ts";
import { removeMoved, readOtherRecords, releaseMountPoints } from "./session-mount-points.ts";
import type { OpenRoot } from "./roots/mounted-root.ts";
import { writeHandoff, type WorkspaceRecord } from "./workspace-record.ts";

/** Twice what the start looks through: the sandbox has added to it. What is done about it takes its own time. */
const endLimits: ScanLimits = {
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
  /** What an earlier look, whose process died, had disabled by then: nobody may have been told */
  readonly disabledBefore?: readonly HandoffEntry[];
}

/**
 * Looks at what a sandbox left, once it's dead, and takes away what the host must not meet.
 * @param roots of the record, those that are still there
 */
export async function inspectEnd(
  { paths, session, signal, disabledBefore = [] }: EndOptions,
  roots: readonly OpenRoot[],
  record: WorkspaceRecord,
): Promise<Handoff> {
  for (const { folder } of roots) {
    // A mode that keeps its owner out hides all of it
    if ((folder.own().mode & 0o700) !== 0o700) folder.allowOwner();
  }
  // What is dangerous is disabled whatever can't be written: a sandbox can fill the disk
  const unwritten: string[] = [];
  await noting(unwritten, () => returnLogs(record.logs));
  // What it made itself is no finding
  await releaseMountPoints(paths, session, record);
  await removeMoved(paths, session, record);
  const options = { protect: record.protect, budget: createScanBudget(endLimits, signal) };
  const again = await readOpenDangers(paths).catch(() => []);
  const found = (await scanThrough(toLeft(roots, record), options)).map((one) => ({
    ...one,
    scan: withOpenDangers(one, again, record.protect),
  }));
  const made = found.map(({ root, repositories }) => ({
    source: root.source,
    sorted: sortMade(repositories),
  }));
  const looked = roots.map(({ source }) => source);
  const sources = record.roots.map(({ source }) => source);
  const missing = sources.filter((source) => !looked.includes(source));
  const dangers: OpenDanger[] = [];
  const onDanger = (danger: OpenDanger): void => void dangers.push(danger);
  const others = await readOtherRecords(paths, session);
  const findSharer = (place: string): string | undefined =>
    others.find((other) => other.protect === "default" && isIn(other, place))?.id;
  const inspected = await inspectHandoff(found, { ...options, onDanger, findSharer });
  const entries = [...disabledBefore, ...inspected.entries];
  const handoff =
    missing.length === 0 || !inspected.complete
      ? { ...inspected, entries }
      : { ...inspected, entries, complete: false, unseen: toUnopened(missing) };
  await noting(unwritten, async () => {
    const isListed = dangers.length <= maxOpenDangers;
    const isWhole = inspected.complete && isListed;
    if (isListed) await rememberDangers(paths, { roots: looked, isWhole, dangers });
    for (const { source, sorted } of made) await rememberMade(paths, source, sorted);
    if (isWhole) await forgetUnscanned(paths, looked);
    const unscanned = isWhole ? missing : sources;
    if (unscanned.length > 0) await rememberUnscanned(paths, session, unscanned);
    await writeHandoff(paths, session, handoff);
  });
  for (const one of found) await rememberPlain(one);
  if (unwritten.length === 0) return handoff;
  return { ...handoff, complete: false, unseen: `it can't be written down (${unwritten[0]})` };
}

/** Without it the next start reads all packages again, and nothing else is different. */
async function rememberPlain({ root: { source, plain }, scan }: Found): Promise<void> {
  if (plain?.wantsNotes() !== true || !scan.complete) return;
  await plain.remember().catch((error: unknown) => {
    debug("workspace", `${source}: plain folders aren't remembered: ${String(error)}`);
  });
}

/** Why roots of a record weren't looked at that aren't there any more, or can't be opened. */
export function toUnopened([first = "", ...more]: readonly string[]): string {
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  return `${quoted(first)}${others} can't be opened`;
}

function isIn({ roots }: WorkspaceRecord, place: string): boolean {
  return roots.some(({ source }) => contains(source, place));
}

function toLeft(roots: readonly OpenRoot[], record: WorkspaceRecord): readonly LeftRoot[] {
  return roots.flatMap((root) => {
    const known = record.roots.find(
      ({ source, target }) => source === root.source && target === root.target,
    );
    if (known === undefined) return [];
    const { baseline } = known;
    const since = isReachable(root.source) ? baseline.since : undefined;
    return [{ root, baseline, since }];
  });
}

/** Writes, and notes why the system doesn't let it. */
async function noting(codes: string[], write: () => void | Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof VaultboxError)) throw error;
    codes.push(error.code);
  }
}

/** Whether other users of this machine get as far as a root; its own mode is the sandbox's to choose. */
function isReachable(source: string): boolean {
  const toMode = (path: string): number =>
    statSync(toNameBytes(path), { throwIfNoEntry: false })?.mode ?? 0;
  return toFoldersAround(source).every((path) => (toMode(path) & 0o011) !== 0);
}
