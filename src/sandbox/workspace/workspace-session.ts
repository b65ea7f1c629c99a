import { join } from "node:path";
import type { Paths } from "../../config/paths.ts";
import type { BindMount } from "../../docker/engine.ts";
import { VaultboxError } from "../../errors.ts";
import { Folder, isSystemError } from "../../files/beneath.ts";
import { once } from "../../once.ts";
import type { WorkspaceSettings } from "../../policy/workspace-settings.ts";
import { quoted } from "../../printable.ts";
import { HostSockets, watchHostSockets, type ReachedPlaces } from "../host-sockets.ts";
import type { CoveredPlace, MountSource } from "../posture/expected-mounts.ts";
import { readKnownUnits, type Baseline } from "./handoff/baseline.ts";
import type { Handoff } from "./handoff/handoff.ts";
import { leaveOutOthers } from "./handoff/trusted-baseline.ts";
import {
  listOtherSessions,
  readOtherSessions,
  rememberUnlooked,
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
import { scanWorkspace, type Scan } from "./scan/scan.ts";
import { inspectEnd } from "./session-end.ts";
import { searchMounts, type SearchedMounts } from "./search-mounts.ts";
import { makeMountPoints, releaseMountPoints, withShared } from "./session-mount-points.ts";
import { writeRecord, type WorkspaceRecord } from "./workspace-record.ts";

/** The workspace of one session, from before the sandbox is made until it's gone. */
export interface WorkspaceSession {
  /** What is mounted beside the workspace, of `--mount` */
  readonly mounts: readonly BindMount[];
  /** What is mounted over the workspace; makes the mount points, which `close` removes */
  readonly mount: (directory: string) => Promise<WorkspaceMounts>;
  /** To be called before anything of the sandbox runs: from then on there is something to be looked at */
  readonly started: () => void;
  /** What `mount` made, once it did */
  readonly mounted: () => WorkspaceMounts | undefined;
  /** Calls back for each socket of the host that appears where the sandbox can reach it, until it's disposed */
  readonly watchSockets: (onSocket: (path: string) => void) => Disposable;
  /**
   * Looks at what the sandbox left, once it's dead; undefined when there was none.
   * @param signal ends the look
   */
  readonly inspect: (signal?: AbortSignal) => Promise<Handoff | undefined>;
  /** Removes the mount points */
  readonly close: () => Promise<void>;
}

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

/** How much older than this process' clock says a change may look: file systems keep a coarser clock. */
const clockSlackMs = 2000;

const nothing = { folders: [], covered: [] };

/** Begins to look through the workspace; nothing waits for it before `mount`. */
export function openWorkspaceSession(options: WorkspaceOptions): WorkspaceSession {
  const sockets = new HostSockets();
  const root = openWorkspace(options.workspace);
  const since = BigInt(Date.now() - clockSlackMs) * 1_000_000n;
  const { hide } = options.settings;
  const scanning = scanWorkspace(root, options.workspace, {
    hide: hide.length === 0 ? undefined : parseHideRules(hide),
    deep: false,
    budget: createLookBudget(startLimits),
  });
  const before = listOtherSessions(options.paths);
  const searching = searchMounts(options.mounts);
  // A failure is reported by whoever waits for it
  for (const work of [scanning, searching, before]) work.catch(() => undefined);
  let record: WorkspaceRecord | undefined;
  let mounts: WorkspaceMounts | undefined;
  let isUnlooked = false;
  const close = once(async () => {
    await Promise.allSettled([scanning, searching]);
    if (record !== undefined) await releaseMountPoints(options.paths, options.session, record);
    if (isUnlooked) await rememberUnlooked(options.paths, options.session, options.workspace);
    root[Symbol.dispose]();
  });
  return {
    mounts: options.mounts,
    mount: async (directory) => {
      const [scan, mounted] = await Promise.all([scanning, searching]).catch(refuseUnseen);
      const looked = { root, scan, mounted, since, directory, before: await before };
      const begun = await begin(options, looked);
      ({ record } = begun);
      mounts = await makeMounts(begun, scan, directory);
      return mounts;
    },
    mounted: () => mounts,
    watchSockets: (onSocket) => watchHostSockets(sockets, mounts?.reached ?? nothing, onSocket),
    started: () => {
      isUnlooked = true;
    },
    inspect: async (signal) => {
      if (record === undefined) return undefined;
      const handoff = await inspectEnd({ ...options, signal }, root, record);
      // It says by itself when it didn't see all
      isUnlooked = false;
      return handoff;
    },
    close,
  };
}

/** What can't be looked at is neither hidden nor protected. @throws VaultboxError VBX_WORKSPACE_UNSAFE */
function refuseUnseen(error: unknown): never {
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

function openWorkspace(path: string): Folder {
  try {
    return Folder.openReal(path);
  } catch (error) {
    throw new VaultboxError("VBX_MOUNT_REFUSED", `cannot open the workspace ${quoted(path)}`, {
      hints: ["it must be a folder that you may read"],
      cause: error,
    });
  }
}

interface Begun {
  readonly record: WorkspaceRecord;
  readonly protection: Protection;
  readonly masks: Masks;
  readonly sources: readonly MountSource[];
  readonly covered: readonly CoveredPlace[];
  /** Real paths of what is mounted beside the workspace */
  readonly folders: readonly string[];
}

interface Looked {
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

/** Records what will be there before it is, so that it can be undone whatever happens. */
async function begin(
  { paths, session, workspace, settings, mounts, checkMount }: WorkspaceOptions,
  { root, scan, mounted, since, directory, before }: Looked,
): Promise<Begun> {
  const budget = createLookBudget(startLimits);
  const [protection, repositories] = await Promise.all([
    planProtection(scan, {
      workspace,
      root,
      protect: settings.protect,
      hides: settings.hide.length > 0,
      checkMount,
      budget,
    }),
    readKnownUnits(scan, { root, workspace, protect: settings.protect, budget }),
  ]).catch(refuseUnseen);
  const baseline: Baseline = {
    since,
    begun: since,
    marks: scan.marks,
    hidden: scan.secrets.map((names) => names.join("/")),
    special: scan.special.map((names) => names.join("/")),
    repositories,
  };
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

async function makeMounts(
  { record: { workspace }, protection, masks, sources, covered, folders }: Begun,
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
