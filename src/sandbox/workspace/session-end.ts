import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { Paths } from "../../config/paths.ts";
import { Folder, orNothing } from "../../files/beneath.ts";
import { toNameBytes } from "../../files/name-text.ts";
import type { Handoff } from "./handoff/handoff.ts";
import { inspectHandoff } from "./handoff/inspect-handoff.ts";
import { findMade, rememberMade } from "./handoff/made-repositories.ts";
import { returnLogs } from "./hide/shown-log.ts";
import { scanWorkspace } from "./scan/scan.ts";
import { releaseMountPoints } from "./session-mount-points.ts";
import { readRecord, writeHandoff, type WorkspaceRecord } from "./workspace-record.ts";

/** Twice what the start looks through: the sandbox has added to it. */
const endLimits = { maxEntries: 2_000_000, maxMs: 30_000 };

/** Looks at what a sandbox left, once it's dead, and takes away what the host must not meet. */
export async function inspectEnd(
  { paths, session }: { readonly paths: Paths; readonly session: string },
  root: Folder,
  record: WorkspaceRecord,
): Promise<Handoff> {
  // A mode that keeps its owner out hides all of it
  if ((root.ownFacts().mode & 0o700) !== 0o700) root.allowOwner();
  returnLogs(record.logs);
  // What it made itself is no finding
  await releaseMountPoints(paths, session, record);
  const { workspace, baseline, protect } = record;
  const { since } = baseline;
  const look = {
    hide: undefined,
    deep: true,
    opens: protect === "default",
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
  using root = orNothing(() => Folder.openReal(record.workspace, { opens: true }));
  if (root === undefined) return undefined;
  return await inspectEnd({ paths, session }, root, record);
}

/** Whether other users of this machine get as far as the workspace; its own mode is the sandbox's to choose. */
function isReachable(workspace: string): boolean {
  const above = dirname(workspace);
  if (above === workspace) return true;
  const mode = statSync(toNameBytes(above), { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & 0o011) !== 0 && isReachable(above);
}
