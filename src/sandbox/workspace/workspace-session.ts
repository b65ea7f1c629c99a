import type { Paths } from "../../config/paths.ts";
import type { BindMount } from "../../docker/engine.ts";
import { VaultboxError } from "../../errors.ts";
import { Folder } from "../../files/beneath.ts";
import { once } from "../../once.ts";
import type { WorkspaceSettings } from "../../policy/workspace-settings.ts";
import { quoted } from "../../printable.ts";
import { readKnownUnits } from "./handoff/baseline.ts";
import type { Handoff } from "./handoff/handoff.ts";
import { parseHideRules } from "./hide/hide-rules.ts";
import { planProtection, type OwnMount, type Protection } from "./protect/protection.ts";
import { writeCopies } from "./protect/shown-copies.ts";
import { scanWorkspace, type Scan } from "./scan/scan.ts";
import { inspectEnd } from "./session-end.ts";
import { makeMountPoints, releaseMountPoints, withShared } from "./session-mount-points.ts";
import { writeRecord, type WorkspaceRecord } from "./workspace-record.ts";

/** The workspace of one session, from before the sandbox is made until it's gone. */
export interface WorkspaceSession {
  /** What is mounted over the workspace; makes the mount points, which `close` removes */
  readonly mount: (directory: string) => Promise<WorkspaceMounts>;
  /** What `mount` made, once it did */
  readonly mounted: () => WorkspaceMounts | undefined;
  /** Looks at what the sandbox left, once it's dead; undefined when there was none */
  readonly inspect: () => Promise<Handoff | undefined>;
  /** Removes the mount points */
  readonly close: () => Promise<void>;
}

export interface WorkspaceMounts {
  readonly binds: readonly BindMount[];
  /** The ones that show the workspace's own entries again */
  readonly own: readonly OwnMount[];
  /** Paths from the workspace */
  readonly hidden: readonly string[];
  readonly notes: readonly string[];
}

export interface WorkspaceOptions {
  readonly paths: Paths;
  readonly session: string;
  /** Absolute real path */
  readonly workspace: string;
  readonly settings: WorkspaceSettings;
  /** Rejects when a folder outside the workspace may not be mounted */
  readonly checkMount: (path: string) => Promise<unknown>;
}

/** The start waits for this; the largest trees that people work in have fewer files outside of packages. */
const startLimits = { maxEntries: 1_000_000, maxMs: 30_000 };
/** How much older than this process' clock says a change may look: file systems keep a coarser clock. */
const clockSlackMs = 2000;

/** Begins to look through the workspace; nothing waits for it before `mount`. */
export function openWorkspaceSession(options: WorkspaceOptions): WorkspaceSession {
  const root = openWorkspace(options.workspace);
  const since = BigInt(Date.now() - clockSlackMs) * 1_000_000n;
  const { hide } = options.settings;
  const scanning = scanWorkspace(root, options.workspace, {
    hide: hide.length === 0 ? undefined : parseHideRules(hide),
    deep: false,
    ...startLimits,
  });
  // A failure is reported by whoever waits for it
  scanning.catch(() => undefined);
  let record: WorkspaceRecord | undefined;
  let mounts: WorkspaceMounts | undefined;
  const close = once(async () => {
    await scanning.catch(() => undefined);
    if (record !== undefined) await releaseMountPoints(options.paths, options.session, record);
    root[Symbol.dispose]();
  });
  return {
    mount: async (directory) => {
      const scan = await scanning;
      const begun = await begin(options, { root, scan, since });
      ({ record } = begun);
      mounts = await makeMounts(begun, scan, directory);
      return mounts;
    },
    mounted: () => mounts,
    inspect: async () =>
      record === undefined ? undefined : await inspectEnd(options, root, record),
    close,
  };
}

function openWorkspace(path: string): Folder {
  try {
    return Folder.openRoot(path);
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
}

/** Records what will be there before it is, so that it can be undone whatever happens. */
async function begin(
  { paths, session, workspace, settings, checkMount }: WorkspaceOptions,
  { root, scan, since }: { readonly root: Folder; readonly scan: Scan; readonly since: bigint },
): Promise<Begun> {
  const [protection, repositories] = await Promise.all([
    planProtection(scan, {
      workspace,
      root,
      protect: settings.protect,
      hides: settings.hide.length > 0,
      checkMount,
    }),
    readKnownUnits(root, scan, workspace),
  ]);
  const record: WorkspaceRecord = {
    workspace,
    protect: settings.protect,
    mountPoints: await withShared(paths, session, protection.mountPoints),
    baseline: {
      since,
      marks: scan.marks,
      hidden: scan.secrets.map((names) => names.join("/")),
      repositories,
    },
  };
  await writeRecord(paths, session, record);
  makeMountPoints(protection.mountPoints);
  return { record, protection };
}

async function makeMounts(
  { protection }: Begun,
  scan: Scan,
  directory: string,
): Promise<WorkspaceMounts> {
  const copies = await writeCopies(protection.copies, directory);
  return {
    binds: [...protection.own.map(({ bind }) => bind), ...copies],
    own: protection.own,
    hidden: scan.secrets.map((names) => names.join("/")),
    notes: protection.notes,
  };
}
