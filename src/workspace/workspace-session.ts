import { once } from "../base/once.ts";
import type { BindMount } from "../engine/engine.ts";
import { HostSockets, watchHostSockets } from "./host-sockets.ts";
import type { Handoff } from "./handoff/handoff.ts";
import { listOtherSessions, rememberUnscanned } from "./handoff/unscanned-sessions.ts";
import { hideLinked } from "./hide/hide-linked.ts";
import { hideMoved } from "./hide/hide-moved.ts";
import { parseHideRules } from "./hide/hide-rules.ts";
import type { OpenRoot } from "./roots/mounted-root.ts";
import { openMounts, openRoots } from "./roots/open-roots.ts";
import { findOuterRoots } from "./roots/outer-repository.ts";
import { inspectRoot, type ScannedRoot } from "./roots/scan-root.ts";
import { PlainFolders } from "./scan/plain-folders.ts";
import { leaveTracked } from "./hide/tracked/leave-tracked.ts";
import { inspectEnd } from "./session-end.ts";
import { removeMoved, releaseMountPoints } from "./session-mount-points.ts";
import {
  makeMounts,
  refuseUnseen,
  type WorkspaceMounts,
  type WorkspaceOptions,
} from "./workspace-mounts.ts";
import type { WorkspaceRecord } from "./workspace-record.ts";

/** The workspace of one session, and what is mounted beside it, from before the sandbox is made until it's gone. */
export interface WorkspaceSession {
  /** What is mounted beside the workspace, of `--mount` */
  readonly mounts: readonly BindMount[];
  /** What is mounted over the roots; makes the mount points, which `close` removes */
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

const nothing = { folders: [], covered: [] };

/**
 * Begins to look through what is mounted; nothing waits for it before `mount`.
 * @throws VaultboxError VBX_MOUNT_REFUSED
 */
export function openWorkspaceSession(options: WorkspaceOptions): WorkspaceSession {
  const { paths, session } = options;
  const sockets = new HostSockets();
  const opened = openMounts(options.workspace, options.mounts);
  const begun = BigInt(Date.now()) * 1_000_000n;
  const own = opened.roots.map((one) => ({ ...one, plain: new PlainFolders(paths, one.source) }));
  const roots: OpenRoot[] = [...own];
  const { hide } = options.settings;
  const rules =
    hide.length === 0 ? undefined : { ...parseHideRules(hide), shownAt: options.shownAt ?? [] };
  const looking = Promise.all(own.map((root) => inspectRoot(root, rules)));
  const before = listOtherSessions(paths);
  // A failure is reported by whoever waits for it
  for (const work of [looking, before]) work.catch(() => undefined);
  let record: WorkspaceRecord | undefined;
  let mounts: WorkspaceMounts | undefined;
  let isUnscanned = false;
  let isInspected = false;
  const inspectOuter = async (looked: readonly ScannedRoot[]): Promise<readonly ScannedRoot[]> => {
    // Only a repository that is protected is mounted
    if (options.settings.protect === "none") return [];
    const outer = await findOuterRoots(looked);
    for (const root of outer) await options.admit(root);
    const added = openRoots(outer, roots);
    for (const one of added) roots.push(one);
    return await Promise.all(added.map((root) => inspectRoot(root, rules)));
  };
  const close = once(async () => {
    await Promise.allSettled([looking]);
    if (record !== undefined) {
      await releaseMountPoints(paths, session, record);
      if (!isInspected) await removeMoved(paths, session, record);
    }
    const sources = roots.flatMap(({ source, writable }) => (writable ? [source] : []));
    if (isUnscanned) await rememberUnscanned(paths, session, sources);
    for (const { folder } of roots) folder[Symbol.dispose]();
  });
  return {
    mounts: options.mounts,
    mount: async (directory) => {
      const inner = await looking.catch(refuseUnseen);
      const outer = await inspectOuter(inner).catch(refuseUnseen);
      const looked = await hideLinked([...inner, ...outer])
        .then(leaveTracked)
        .then((all) => hideMoved(paths, all))
        .catch(refuseUnseen);
      mounts = await makeMounts(options, {
        looked,
        files: opened.files,
        begun,
        directory,
        before: await before,
        onRecorded: (written) => {
          record = written;
        },
      });
      return mounts;
    },
    mounted: () => mounts,
    watchSockets: (onSocket) => watchHostSockets(sockets, mounts?.reached ?? nothing, onSocket),
    started: () => {
      isUnscanned = true;
    },
    inspect: async (signal) => {
      if (record === undefined) return undefined;
      isInspected = true;
      const handoff = await inspectEnd({ paths, session, signal }, roots, record);
      // It says by itself when it didn't see all
      isUnscanned = false;
      return handoff;
    },
    close,
  };
}
