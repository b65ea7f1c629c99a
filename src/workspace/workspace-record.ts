import { given } from "../base/given.ts";
import { hasCode } from "../base/errors.ts";
import { join } from "node:path";
import type { Paths } from "../base/paths.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { sessionFolder } from "../base/session-state.ts";
import type { Baseline, KnownGitDir } from "./handoff/baseline.ts";
import type { Handoff } from "./handoff/handoff.ts";
import type { HiddenKey } from "./hide/hidden-once.ts";
import type { HiddenPlace } from "./hide/moved-secrets.ts";
import type { ShownLog } from "./hide/shown-log.ts";
import type { MountPointsBeneath } from "./protect/mount-point.ts";
import type { MountedRoot } from "./roots/mounted-root.ts";
import type { HostExecutable } from "./scan/host-executable.ts";
import { readRegularText } from "../base/fs/regular-file.ts";

/** A folder that the sandbox can write in, and what was there before it. */
export interface RootRecord extends Omit<MountedRoot, "writable"> {
  /** Paths of what is no part of it */
  readonly apart: readonly string[];
  readonly hiddenIn: readonly HiddenPlace[];
  readonly baseline: Baseline;
}

/** What a session must undo and look at when it ends, by whichever process; `workspace.json` in its folder. */
export interface WorkspaceRecord {
  readonly protect: "default" | "none";
  readonly mountPoints: readonly MountPointsBeneath[];
  readonly logs: readonly ShownLog[];
  /** The workspace first */
  readonly roots: readonly RootRecord[];
}

const name = "workspace.json";
const handoffName = "handoff.json";

export async function writeRecord(
  paths: Paths,
  session: string,
  record: WorkspaceRecord,
): Promise<void> {
  const roots = record.roots.map((root) => ({ ...root, baseline: toStored(root.baseline) }));
  const path = join(sessionFolder(paths, session), name);
  await writeFileAtomic(path, JSON.stringify({ ...record, roots }));
}

function toStored(baseline: Baseline): StoredBaseline {
  const { since, begun = since, executables, shared, repositories } = baseline;
  return {
    ...baseline,
    shared: shared === undefined ? undefined : [...shared],
    since: String(since),
    begun: String(begun),
    executables: [...executables],
    repositories: [...repositories],
  };
}

/** @returns undefined when there was no sandbox yet, and nothing to undo */
export async function readRecord(
  paths: Paths,
  session: string,
): Promise<WorkspaceRecord | "unreadable" | undefined> {
  try {
    const text = await readRegularText(join(sessionFolder(paths, session), name));
    return parseRecord(JSON.parse(text));
  } catch (error) {
    // Nobody can say what was there before its sandbox
    return hasCode(error, "ENOENT") ? undefined : "unreadable";
  }
}

interface StoredBaseline {
  readonly since: string;
  readonly begun?: string;
  readonly executables: readonly [string, HostExecutable][];
  readonly shared?: readonly [string, number][] | undefined;
  readonly hidden: readonly string[];
  readonly hiddenAs?: readonly HiddenKey[];
  readonly deepAs?: readonly HiddenKey[];
  readonly special?: readonly string[];
  readonly repositories: readonly [string, KnownGitDir][];
  readonly dangerous?: readonly string[];
}

/** What is missing in what an earlier version wrote, which knew of the workspace alone. */
interface EarlierRecord {
  readonly workspace?: string;
  readonly hiddenIn?: readonly HiddenPlace[];
  readonly baseline?: StoredBaseline;
}

interface StoredRecord extends Omit<WorkspaceRecord, "roots" | "logs">, EarlierRecord {
  readonly logs?: readonly ShownLog[];
  readonly roots?: readonly (Omit<RootRecord, "baseline"> & {
    readonly baseline: StoredBaseline;
  })[];
}

function parseRecord(value: unknown): WorkspaceRecord | "unreadable" {
  // Written by this program to a folder that is the user's alone
  const stored = value as StoredRecord;
  const { protect, mountPoints, logs = [] } = stored;
  const roots = stored.roots ?? toRoots(stored);
  if (!Array.isArray(roots) || !Array.isArray(mountPoints)) return "unreadable";
  return {
    protect,
    mountPoints,
    logs,
    roots: roots.map((root) => ({ ...root, baseline: toBaseline(root.baseline) })),
  };
}

function toRoots({ workspace, hiddenIn = [], baseline }: EarlierRecord): StoredRecord["roots"] {
  if (typeof workspace !== "string" || baseline === undefined) return undefined;
  const place = { source: workspace, target: workspace };
  return [{ kind: "workspace", ...place, apart: [], hiddenIn, baseline }];
}

function toBaseline(stored: StoredBaseline): Baseline {
  return {
    since: BigInt(stored.since),
    begun: BigInt(stored.begun ?? stored.since),
    executables: new Map(stored.executables),
    ...(stored.shared === undefined ? {} : { shared: new Map(stored.shared) }),
    hidden: stored.hidden,
    // A session of an earlier version has none
    special: stored.special ?? [],
    repositories: new Map(stored.repositories),
    ...given({ hiddenAs: stored.hiddenAs, deepAs: stored.deepAs, dangerous: stored.dangerous }),
  };
}

/**
 * What was found at the end of a session; undefined when nothing was written, or what was can't be read.
 * @param folder the session's
 */
export async function readHandoff(folder: string): Promise<Handoff | undefined> {
  try {
    const handoff = JSON.parse(await readRegularText(join(folder, handoffName))) as Handoff;
    return Array.isArray(handoff.entries) ? handoff : undefined;
  } catch {
    // The audit has notes of it
    return undefined;
  }
}

/** Keeps what was found at the end beside the audit log. */
export async function writeHandoff(paths: Paths, session: string, handoff: Handoff): Promise<void> {
  const path = join(sessionFolder(paths, session), handoffName);
  await writeFileAtomic(path, `${JSON.stringify(handoff, undefined, 2)}\n`);
}
