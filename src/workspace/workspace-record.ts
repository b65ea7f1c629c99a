import { join } from "node:path";
import { given } from "../base/given.ts";
import { hasCode } from "../base/errors.ts";
import type { Paths } from "../base/paths.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { sessionFolder } from "../base/session-state.ts";
import { readRegularText } from "../base/fs/regular-file.ts";
import type { Baseline, KnownGitDir } from "./handoff/baseline.ts";
import type { Handoff } from "./handoff/handoff.ts";
import type { HiddenPlace } from "./hide/moved-secrets.ts";
import type { ShownLog } from "./hide/shown-log.ts";
import type { MountPointsBeneath } from "./protect/mount-point.ts";
import type { MountedRoot } from "./roots/mounted-root.ts";
import type { HostExecutable } from "./scan/host-executable.ts";

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

/** A baseline as JSON has it. What may be missing is so in what an earlier version wrote. */
interface StoredBaseline extends Omit<
  Baseline,
  "since" | "begun" | "executables" | "shared" | "special" | "repositories"
> {
  readonly since: string;
  readonly begun?: string;
  readonly executables: readonly [string, HostExecutable][];
  readonly shared?: readonly [string, number][];
  readonly special?: readonly string[];
  readonly repositories: readonly [string, KnownGitDir][];
}

function toStored(baseline: Baseline): StoredBaseline {
  const { since, begun = since, executables, shared, repositories, ...others } = baseline;
  return {
    ...others,
    ...given({ shared: shared && [...shared] }),
    since: String(since),
    begun: String(begun),
    executables: [...executables],
    repositories: [...repositories],
  };
}

function toBaseline(stored: StoredBaseline): Baseline {
  const {
    since,
    begun = since,
    executables,
    shared,
    special = [],
    repositories,
    ...others
  } = stored;
  return {
    ...others,
    ...given({ shared: shared && new Map(shared) }),
    since: BigInt(since),
    begun: BigInt(begun),
    executables: new Map(executables),
    special,
    repositories: new Map(repositories),
  };
}

/** An earlier version knew of the workspace alone. */
interface StoredRecord extends Omit<WorkspaceRecord, "roots" | "logs"> {
  readonly logs?: readonly ShownLog[];
  readonly roots?: readonly (Omit<RootRecord, "baseline"> & {
    readonly baseline: StoredBaseline;
  })[];
  readonly workspace?: string;
  readonly hiddenIn?: readonly HiddenPlace[];
  readonly baseline?: StoredBaseline;
}

function parseRecord(value: unknown): WorkspaceRecord | "unreadable" {
  // Written by this program to a folder that is the user's alone
  const stored = value as StoredRecord;
  const { protect, mountPoints, logs = [], roots = toRoots(stored) } = stored;
  if (!Array.isArray(roots) || !Array.isArray(mountPoints)) return "unreadable";
  const read = roots.map((root) => ({ ...root, baseline: toBaseline(root.baseline) }));
  return { protect, mountPoints, logs, roots: read };
}

function toRoots({ workspace, hiddenIn = [], baseline }: StoredRecord): StoredRecord["roots"] {
  if (typeof workspace !== "string" || baseline === undefined) return undefined;
  const place = { source: workspace, target: workspace };
  return [{ kind: "workspace", ...place, apart: [], hiddenIn, baseline }];
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
