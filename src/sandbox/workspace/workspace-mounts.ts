import { join } from "node:path";
import type { Paths } from "../../config/paths.ts";
import type { BindMount } from "../../docker/engine.ts";
import { VaultboxError } from "../../errors.ts";
import { isSystemError, type Folder } from "../../files/beneath.ts";
import type { WorkspaceSettings } from "../../policy/workspace-settings.ts";
import type { ReachedPlaces } from "../host-sockets.ts";
import type { CoveredPlace, MountSource } from "../posture/expected-mounts.ts";
import { readKnownUnits, type Baseline } from "./handoff/baseline.ts";
import { leaveOutOthers, wasBeforeOthers } from "./handoff/trusted-baseline.ts";
import {
  listOtherSessions,
  readOtherSessions,
  type SessionPlace,
} from "./handoff/unlooked-sessions.ts";
import { toCoveredPlaces } from "./covered-places.ts";
import { parseHideRules } from "./hide/hide-rules.ts";
import { refuseMovedSecrets, toHiddenPlaces } from "./hide/moved-secrets.ts";
import { toNames } from "./host-path.ts";
import { createLookBudget, startLimits } from "./look-budget.ts";
import { maskSpecialFiles, type Masks } from "./protect/mask-special-files.ts";
import { toShownLogs } from "./hide/shown-log.ts";
import { planProtection, type OwnMount, type Protection } from "./protect/protection.ts";
import { writeCopies } from "./protect/shown-copies.ts";
import type { Scan } from "./scan/scan.ts";
import type { SearchedMounts } from "./search-mounts.ts";
import { makeMountPoints, withShared } from "./session-mount-points.ts";
import { writeRecord, type WorkspaceRecord } from "./workspace-record.ts";

/** What is mounted over a workspace. */
export interface WorkspaceMounts {
  readonly binds: readonly BindMount[];
  /** The ones that show the workspace's own entries again */
  readonly own: readonly OwnMount[];
  /** Paths from the workspace */
  readonly hidden: readonly string[];
  /** What of the host the sandbox can reach */
  readonly reached: ReachedPlaces;
  /** What was checked, and must be what the sandbox has at these places */
  readonly sources: readonly MountSource[];
  readonly covered: readonly CoveredPlace[];
  /** Special files, and folders that can't be listed: paths from the workspace, or absolute ones outside of it */
  readonly masked: readonly string[];
  readonly notes: readonly string[];
}

export interface WorkspaceOptions {
  readonly paths: Paths;
  readonly session: string;
  /** Absolute real path */
  readonly workspace: string;
  readonly settings: WorkspaceSettings;
  /** What is mounted beside the workspace */
  readonly mounts: readonly BindMount[];
  /** Rejects when a folder outside the workspace may not be mounted */
  readonly checkMount: (path: string) => Promise<unknown>;
}

/** Mounts that are decided and recorded. */
interface PlannedMounts {
  readonly record: WorkspaceRecord;
  readonly protection: Protection;
  readonly masks: Masks;
  readonly sources: readonly MountSource[];
  readonly covered: readonly CoveredPlace[];
  /** Real paths of what is mounted beside the workspace */
  readonly folders: readonly string[];
}

/** What was looked at for them. */
interface LookedAt {
  readonly root: Folder;
  readonly scan: Scan;
  /** What is mounted beside the workspace */
  readonly mounted: SearchedMounts;
  readonly since: bigint;
  /** Of the session, for what is shown instead */
  readonly directory: string;
  /** Sessions that were there when the look began */
  readonly before: readonly SessionPlace[];
}

/**
 * Decides what is mounted, makes the mount points, and records all of it before it's there, so that it can be undone
 * whatever happens.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE, VBX_MOUNT_REFUSED
 */
export async function planMounts(
  { paths, session, workspace, settings, mounts, checkMount }: WorkspaceOptions,
  { root, scan, mounted, since, directory, before }: LookedAt,
): Promise<PlannedMounts> {
  const budget = createLookBudget(startLimits);
  const earlier = await readOtherSessions(
    paths,
    before.filter(({ id }) => id !== session),
  );
  const [protection, repositories] = await Promise.all([
    planProtection(scan, {
      workspace,
      root,
      protect: settings.protect,
      hides: settings.hide.length > 0,
      checkMount,
      budget,
      isOwn: (names) => wasBeforeOthers(names, workspace, earlier),
    }),
    readKnownUnits(scan, { root, workspace, protect: settings.protect, budget }),
  ]).catch(refuseUnseen);
  const baseline = toBaseline(scan, repositories, since);
  // One that began meanwhile has no sandbox before its record is there, and one that ended has left it there
  const sessions = [...before, ...(await listOtherSessions(paths))];
  const others = await readOtherSessions(
    paths,
    sessions.filter(({ id }) => id !== session),
  );
  const targets = mounts.map(({ target }) => target);
  const masks = maskSpecialFiles([...protection.folders, ...mounted.folders], targets);
  const mountPoints = [...protection.mountPoints, ...masks.mountPoints];
  const copies = [...protection.copies, ...masks.copies];
  const covered = toCoveredPlaces({ workspace, root, copies, directory });
  const rules = parseHideRules(settings.hide);
  refuseMovedSecrets(others, { workspace, root, rules, covered });
  const record: WorkspaceRecord = {
    workspace,
    protect: settings.protect,
    mountPoints: await withShared(paths, session, mountPoints),
    logs: toShownLogs(protection.copies, directory),
    hiddenIn: toHiddenPlaces(workspace, covered, baseline.hidden),
    baseline: leaveOutOthers(baseline, workspace, others),
  };
  await writeRecord(paths, session, record);
  makeMountPoints(mountPoints);
  const folders = [...protection.folders, ...mounted.folders];
  return {
    record,
    protection,
    masks,
    sources: [...folders, ...mounted.files],
    covered,
    folders: [...new Set(folders.map(({ source }) => source))],
  };
}

function toBaseline(scan: Scan, repositories: Baseline["repositories"], since: bigint): Baseline {
  return {
    since,
    begun: since,
    marks: scan.marks,
    hidden: scan.secrets.map((names) => names.join("/")),
    special: scan.special.map((names) => names.join("/")),
    repositories,
  };
}

/** Writes what is shown instead, and says what is to be mounted. */
export async function makeMounts(
  { record: { workspace }, protection, masks, sources, covered, folders }: PlannedMounts,
  scan: Scan,
  directory: string,
): Promise<WorkspaceMounts> {
  const copies = await writeCopies([...protection.copies, ...masks.copies], directory);
  return {
    binds: [...protection.own.map(({ bind }) => bind), ...copies],
    own: protection.own,
    hidden: scan.secrets.map((names) => names.join("/")),
    reached: { folders, covered: toCovered(scan, masks, workspace) },
    sources: sources.map(({ target, origin }) => ({ target, origin })),
    covered,
    masked: masks.copies.map(({ target }) => toNames(workspace, target)?.join("/") ?? target),
    notes: protection.notes,
  };
}

/** Paths on the host. */
function toCovered(scan: Scan, masks: Masks, workspace: string): readonly string[] {
  const masked = masks.mountPoints.flatMap(({ path, points }) =>
    points.map(({ names }) => join(path, ...names)),
  );
  return [...masked, ...scan.secrets.map((names) => join(workspace, ...names))];
}

/** What can't be looked at is neither hidden nor protected. @throws VaultboxError VBX_WORKSPACE_UNSAFE */
export function refuseUnseen(error: unknown): never {
  if (!isSystemError(error)) throw error;
  throw new VaultboxError(
    "VBX_WORKSPACE_UNSAFE",
    `cannot look through the workspace for secrets and repositories: ${error.code}`,
    {
      hints: ["each folder in it must be one that you may read and change: chmod -R u+rwX"],
      cause: error,
    },
  );
}
