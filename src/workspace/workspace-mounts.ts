import { join } from "node:path";
import type { Paths } from "../base/paths.ts";
import { VaultboxError } from "../base/errors.ts";
import { isSystemError } from "../base/fs/beneath.ts";
import type { BindMount } from "../engine/engine.ts";
import type { WorkspaceSettings } from "../policy/workspace-settings.ts";
import type { ReachedPlaces } from "./host-sockets.ts";
import { readKnownGitDirs, type Baseline, type KnownPlace } from "./handoff/baseline.ts";
import { readMade } from "./handoff/made-repositories.ts";
import { leaveOutDangers, readOpenDangers } from "./handoff/open-dangers.ts";
import { leaveOutOthers, wasBeforeOthers } from "./handoff/own-baseline.ts";
import {
  listOtherSessions,
  readOtherRoots,
  type SessionPlace,
} from "./handoff/unscanned-sessions.ts";
import { readClockSlack, tickNs } from "./clock-slack.ts";
import { type CoveredPlace, toCoveredPlaces } from "./covered-places.ts";
import type { MountSource } from "./roots/open-roots.ts";
import { readHiddenKeys } from "./hide/hidden-once.ts";
import { refuseMovedSecrets, toHiddenPlaces } from "./hide/moved-secrets.ts";
import { toNames } from "./host-path.ts";
import { createScanBudget, startLimits } from "./scan-budget.ts";
import { readNamedExecutables, withPrograms } from "./git-dir/pointed/named-executables.ts";
import type { HostExecutable } from "./scan/host-executable.ts";
import { toEnginePoints, toTargetPoints } from "./protect/mount-point.ts";
import { maskSpecialFiles, type Masks } from "./protect/mask-special-files.ts";
import { toShownLogs } from "./hide/shown-log.ts";
import { planProtection, refuseUnscanned } from "./protect/protection.ts";
import { writeCopies, type OwnMount } from "./protect/shown-copies.ts";
import { toTold, type MountedRoot, type OpenRoot } from "./roots/mounted-root.ts";
import type { ScannedRoot } from "./roots/scan-root.ts";
import type { FrozenTree } from "./hide/tracked/work-trees.ts";
import { makeMountPoints, withShared } from "./session-mount-points.ts";
import { writeRecord, type WorkspaceRecord } from "./workspace-record.ts";

/** What is mounted over a session's roots. */
export interface WorkspaceMounts {
  readonly binds: readonly BindMount[];
  /** The ones that show a root's own entries again */
  readonly own: readonly OwnMount[];
  /** Paths from the workspace, or absolute ones outside of it */
  readonly hidden: readonly string[];
  /** Of these, what is shown as git has it */
  readonly tracked: readonly string[];
  /** What isn't hidden, because git has the same: paths like those */
  readonly readable: readonly string[];
  /** What git in the sandbox leaves as it has it */
  readonly frozen: readonly FrozenTree[];
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
  /** Absolute real paths that are shown whatever the settings hide */
  readonly shownAt?: readonly string[];
  /** What is mounted beside the workspace */
  readonly mounts: readonly BindMount[];
  /**
   * Takes a repository's folder outside of what is mounted among what the sandbox can write; rejects when it may not be
   * mounted
   */
  readonly admit: (root: MountedRoot) => Promise<void>;
  /**
   * Takes what the sandbox won't be able to move, real paths; rejects when another session mounts something else that
   * lies in what it can write in
   */
  readonly pin: (paths: readonly string[]) => Promise<void>;
}

/** What was looked at for the mounts. */
interface Inspected {
  /** The workspace first */
  readonly looked: readonly ScannedRoot[];
  /** Files that are mounted */
  readonly files: readonly MountSource[];
  /** When the look began, `ns` */
  readonly begun: bigint;
  /** Of the session, for what is shown instead */
  readonly directory: string;
  /** Sessions that were there when the look began */
  readonly before: readonly SessionPlace[];
  /** Called once it's on disk, before anything of it is there */
  readonly onRecorded: (record: WorkspaceRecord) => void;
}

/**
 * Decides what is mounted, and records all of it before it's there, so that it can be undone whatever happens; then makes
 * the mount points, and writes what is shown instead.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE, VBX_CONFIG_INVALID
 */
export async function makeMounts(
  options: WorkspaceOptions,
  inspected: Inspected,
): Promise<WorkspaceMounts> {
  const { paths, session, settings, mounts, pin } = options;
  const { looked, files, directory, before } = inspected;
  const { protect } = settings;
  const budget = createScanBudget(startLimits);
  const earlier = await readOtherRoots(paths, before, session);
  const [isMade, open] = await Promise.all([readMade(paths), readOpenDangers(paths)]);
  const [protection, known] = await Promise.all([
    planProtection(looked, {
      protect,
      hides: settings.hide.length > 0,
      budget,
      isOwn: ({ source }, names) =>
        wasBeforeOthers(names, source, earlier) && !isMade(join(source, ...names)),
    }),
    readKnown(looked, { protect, budget }),
  ]).catch(refuseUnseen);
  const programs = new Map<OpenRoot, ReadonlyMap<string, HostExecutable>>();
  for (const { root } of known) {
    programs.set(root, await readNamedExecutables(protection.pointed, { root, budget }));
  }
  if (protection.pointed.length > 0) refuseUnscanned(looked, budget);
  await pin(protection.pinned);
  // One that began meanwhile has no sandbox before its record is there, and one that ended has left it there
  const sessions = [...before, ...(await listOtherSessions(paths))];
  const others = await readOtherRoots(paths, sessions, session);
  const targets = mounts.map(({ target }) => target);
  const masks = maskSpecialFiles(protection.folders, targets);
  const roots = looked.map(({ root }) => root);
  const mountPoints = [...toTargetPoints(roots, mounts), ...protection.mountPoints];
  const copies = [...protection.copies, ...masks.copies];
  const ofEngine = toEnginePoints(roots, [...copies.map(({ target }) => target), ...targets]);
  const covered = toCoveredPlaces(roots, copies, directory);
  refuseMovedSecrets(others, looked, covered);
  const record: WorkspaceRecord = {
    protect,
    mountPoints: await withShared(paths, session, [...mountPoints, ...ofEngine]),
    logs: toShownLogs(protection.copies, directory),
    roots: known.map((one) => {
      const { kind, source, target, apart } = one.root;
      const found = toBaseline(one, { begun: inspected.begun, programs: programs.get(one.root) });
      const hiddenIn = toHiddenPlaces(target, covered, found.hidden);
      const baseline = leaveOutDangers(leaveOutOthers(found, source, others), source, open);
      return { kind, source, target, apart: [...apart], hiddenIn, baseline };
    }),
  };
  await writeRecord(paths, session, record);
  inspected.onRecorded(record);
  makeMountPoints(mountPoints);
  const binds = await writeCopies(copies, directory);
  return {
    ...toTexts(looked, masks),
    binds: [...protection.own.map(({ bind }) => bind), ...binds],
    own: protection.own,
    readable: protection.readable,
    frozen: protection.frozen,
    reached: { folders: roots.map(({ source }) => source), covered: toCovered(looked, masks) },
    sources: [...protection.folders, ...files].map(({ target, origin }) => ({ target, origin })),
    covered,
    notes: protection.notes,
  };
}

interface KnownRoot extends ScannedRoot {
  readonly repositories: Baseline["repositories"];
}

/** What is remembered of all that the sandbox can write in. */
async function readKnown(
  looked: readonly ScannedRoot[],
  options: Omit<KnownPlace, "root" | "roots">,
): Promise<readonly KnownRoot[]> {
  const known: KnownRoot[] = [];
  const roots = looked.map(({ root }) => root);
  for (const one of looked) {
    const { root, scan } = one;
    if (!root.writable) continue;
    known.push({ ...one, repositories: await readKnownGitDirs(scan, { ...options, root, roots }) });
  }
  return known;
}

function toBaseline(
  { root, scan, repositories }: KnownRoot,
  {
    begun,
    programs = new Map(),
  }: {
    readonly begun: bigint;
    readonly programs: ReadonlyMap<string, HostExecutable> | undefined;
  },
): Baseline {
  return {
    repositories,
    begun: begun - tickNs,
    since: begun - readClockSlack(root.folder, root.source),
    deepAs: readHiddenKeys(root.folder, scan.deep),
    hiddenAs: readHiddenKeys(root.folder, scan.secrets),
    executables: withPrograms(scan.executables, programs),
    shared: scan.shared,
    hidden: scan.secrets.map((names) => names.join("/")),
    special: scan.special.map((names) => names.join("/")),
  };
}

/** How what is hidden and masked is told. */
function toTexts(
  looked: readonly ScannedRoot[],
  masks: Masks,
): Pick<WorkspaceMounts, "hidden" | "tracked" | "masked"> {
  const workspace = looked[0]?.root.target ?? "";
  return {
    hidden: looked.flatMap(({ root, scan }) =>
      scan.secrets.map((names) => toTold(root, names.join("/"))),
    ),
    tracked: looked.flatMap(({ root, tracked }) =>
      [...(tracked?.files.keys() ?? []), ...(tracked?.folders.keys() ?? [])].map((path) =>
        toTold(root, path),
      ),
    ),
    masked: masks.copies.map(({ target }) => toNames(workspace, target)?.join("/") ?? target),
  };
}

/** Paths on the host. */
function toCovered(looked: readonly ScannedRoot[], masks: Masks): readonly string[] {
  const hidden = looked.flatMap(({ root, scan }) =>
    scan.secrets.map((names) => join(root.source, ...names)),
  );
  return [...masks.special, ...hidden];
}

/** What can't be looked at is neither hidden nor protected. @throws VaultboxError VBX_WORKSPACE_UNSAFE */
export function refuseUnseen(error: unknown): never {
  if (!isSystemError(error)) throw error;
  throw new VaultboxError(
    "VBX_WORKSPACE_UNSAFE",
    `cannot look through the workspace for secrets and repositories: ${error.code}`,
    {
      hints: ["each folder in it must be one that you may read and change: chmod -R u+rwX DIR"],
      cause: error,
    },
  );
}
