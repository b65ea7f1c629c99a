import type { BindMount } from "../../docker/engine.ts";
import { VaultboxError } from "../../errors.ts";
import { Folder } from "../../files/beneath.ts";
import { once } from "../../once.ts";
import { quoted } from "../../printable.ts";
import { HostSockets, watchHostSockets } from "../host-sockets.ts";
import type { Handoff } from "./handoff/handoff.ts";
import { listOtherSessions, rememberUnlooked } from "./handoff/unlooked-sessions.ts";
import { parseHideRules } from "./hide/hide-rules.ts";
import { createLookBudget, startLimits } from "./look-budget.ts";
import { scanWorkspace } from "./scan/scan.ts";
import { inspectEnd } from "./session-end.ts";
import { searchMounts } from "./search-mounts.ts";
import { releaseMountPoints } from "./session-mount-points.ts";
import {
  makeMounts,
  planMounts,
  refuseUnseen,
  type WorkspaceMounts,
  type WorkspaceOptions,
} from "./workspace-mounts.ts";
import type { WorkspaceRecord } from "./workspace-record.ts";

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
      const planned = await planMounts(options, looked);
      ({ record } = planned);
      mounts = await makeMounts(planned, scan, directory);
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
