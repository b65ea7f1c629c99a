import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Paths } from "../../config/paths.ts";
import type { BindMount } from "../../docker/engine.ts";
import { VaultboxError } from "../../errors.ts";
import { hasEnded } from "../../files/process-identity.ts";
import { Folder } from "../../files/beneath.ts";
import { once } from "../../once.ts";
import { quoted } from "../../printable.ts";
import type { WorkspaceSettings } from "../../policy/parse-workspace.ts";
import { readActiveSessions } from "../session-state.ts";
import { openOrNothing } from "./host-path.ts";
import { findMade } from "./handoff/made-repositories.ts";
import { inspectHandoff } from "./handoff/inspect-handoff.ts";
import { readKnownUnits } from "./handoff/baseline.ts";
import type { Handoff } from "./handoff/handoff.ts";
import { makeHeldPlace, removeHeldPlace, type HeldPlace } from "./protect/mount-point.ts";
import { parseHideRules } from "./hide/hide-rules.ts";
import { rememberMade } from "./handoff/made-repositories.ts";
import { planProtection, writeCopies, type OwnMount } from "./protect/protection.ts";
import { scanWorkspace, type Scan } from "./scan/scan.ts";
import { readRecord, writeHandoff, writeRecord, type WorkspaceRecord } from "./workspace-record.ts";

/** The workspace of one session, from before the sandbox is made until it's gone. */
export interface WorkspaceSession {
  /** What is mounted over the workspace; makes the placeholders, which `close` removes */
  readonly mount: (directory: string) => Promise<WorkspaceMounts>;
  /** What `mount` made, once it did */
  readonly mounted: () => WorkspaceMounts | undefined;
  /** Looks at what the sandbox left, once it's dead; undefined when there was none */
  readonly inspect: () => Promise<Handoff | undefined>;
  /** Removes the placeholders */
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
const endLimits = { maxEntries: 2_000_000, maxMs: 30_000 };
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
    if (record !== undefined) await releasePlaces(options.paths, options.session, record);
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
      record === undefined ? undefined : await inspectEnd(options, { root, record }),
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
  readonly protection: Awaited<ReturnType<typeof planProtection>>;
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
    held: await withShared(paths, session, protection.held),
    baseline: {
      since,
      marks: scan.marks,
      hidden: scan.secrets.map((names) => names.join("/")),
      repositories,
    },
  };
  await writeRecord(paths, session, record);
  for (const { path, places } of protection.held) {
    using folder = openOrNothing(path);
    if (folder !== undefined) makePlaces(folder, path, places);
  }
  return { record, protection };
}

/** @throws VaultboxError VBX_WORKSPACE_UNSAFE */
function makePlaces(folder: Folder, path: string, places: readonly HeldPlace[]): void {
  for (const place of places) {
    try {
      makeHeldPlace(folder, place);
    } catch (error) {
      const at = quoted(join(path, ...place.names));
      throw new VaultboxError("VBX_WORKSPACE_UNSAFE", `cannot hold ${at} against the sandbox`, {
        hints: ["its folder must be writable for you, because a mount needs something to be on"],
        cause: error,
      });
    }
  }
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

type Held = WorkspaceRecord["held"];

/** Placeholders of another session in the same workspace are this one's too: the last to end removes them. */
async function withShared(paths: Paths, session: string, held: Held): Promise<Held> {
  const others = await readOtherRecords(paths, session);
  const shared = others.flatMap((other) => other.held);
  const inThis = shared.filter(({ path }) => held.some((own) => own.path === path));
  return [...held, ...inThis];
}

async function readOtherRecords(
  paths: Paths,
  session: string,
): Promise<readonly WorkspaceRecord[]> {
  const active = await readActiveSessions(paths);
  const records = await Promise.all(
    active.map(async ({ id, owner }) => {
      const isOther = id !== session && !(await hasEnded(owner));
      return isOther ? await readRecord(paths, id) : undefined;
    }),
  );
  return records.filter((record) => record !== undefined);
}

async function releasePlaces(
  paths: Paths,
  session: string,
  { held }: WorkspaceRecord,
): Promise<void> {
  const others = await readOtherRecords(paths, session);
  const keep = new Set(
    others.flatMap((other) =>
      other.held.flatMap(({ path, places }) => places.map((place) => toKey(path, place.names))),
    ),
  );
  for (const { path, places } of held) {
    using folder = openOrNothing(path);
    if (folder === undefined) continue;
    // Inner ones first
    for (const place of places.toReversed()) {
      if (!keep.has(toKey(path, place.names))) removeHeldPlace(folder, place);
    }
  }
}

function toKey(path: string, names: readonly string[]): string {
  return [path, ...names].join("/");
}

/** Whether other users of this machine get as far as the workspace; its own mode is the sandbox's to choose. */
function isReachable(workspace: string): boolean {
  const above = dirname(workspace);
  if (above === workspace) return true;
  const mode = statSync(above, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & 0o011) !== 0 && isReachable(above);
}

async function inspectEnd(
  { paths, session }: Pick<WorkspaceOptions, "paths" | "session">,
  { root, record }: { readonly root: Folder; readonly record: WorkspaceRecord },
): Promise<Handoff> {
  // What it made itself is no finding
  await releasePlaces(paths, session, record);
  const { workspace, baseline, protect } = record;
  const { since } = baseline;
  const look = {
    hide: undefined,
    deep: true,
    ...(isReachable(workspace) ? { since } : {}),
    ...endLimits,
  };
  const scan = await scanWorkspace(root, workspace, look);
  const options = { workspace, root, protect };
  await rememberMade(paths, await findMade(baseline, scan, options));
  const handoff = await inspectHandoff(baseline, scan, options);
  await writeHandoff(paths, session, handoff);
  return handoff;
}

/** Ends what a session left whose process died. @returns what its sandbox left; undefined when there's nothing to look at */
export async function finishDeadSession(
  paths: Paths,
  session: string,
): Promise<Handoff | undefined> {
  const record = await readRecord(paths, session);
  if (record === undefined) return undefined;
  using root = openOrNothing(record.workspace);
  if (root === undefined) return undefined;
  return await inspectEnd({ paths, session }, { root, record });
}
