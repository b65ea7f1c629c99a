import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Folder, orNothing } from "../../files/beneath.ts";
import { sessionFolder } from "../session-state.ts";
import type { Handoff } from "./handoff/handoff.ts";
import { rememberUnlooked } from "./handoff/unlooked-sessions.ts";
import { inspectEnd, type EndOptions } from "./session-end.ts";
import { releaseMountPoints } from "./session-mount-points.ts";
import { readRecord, writeHandoff } from "./workspace-record.ts";

interface DeadSessionOptions extends EndOptions {
  /** Absolute real path */
  readonly workspace: string;
}

/** In the session's folder, from before the look on. */
const attemptName = "looked-at";

/**
 * Ends what a session left whose process died. It's looked at once: a sandbox that left something on which the look
 * fails would keep every later run from starting.
 * @returns what its sandbox left; undefined when there's nothing to look at
 */
export async function finishDeadSession(options: DeadSessionOptions): Promise<Handoff | undefined> {
  const { paths, session, workspace } = options;
  const record = await readRecord(paths, session);
  if (record === undefined) return undefined;
  if (record === "unreadable") {
    return await giveUp(options, workspace, "the record of what was there before can't be read");
  }
  using root = orNothing(() => Folder.openReal(record.workspace, { opens: true }));
  if (root === undefined) return undefined;
  try {
    if (await isFirstAttempt(options)) return await inspectEnd(options, root, record);
  } catch (error) {
    await releaseMountPoints(paths, session, record);
    const why = error instanceof Error ? error.message : String(error);
    return await giveUp(options, record.workspace, why);
  }
  await releaseMountPoints(paths, session, record);
  return await giveUp(options, record.workspace, "an earlier look at it didn't end");
}

async function isFirstAttempt({ paths, session }: EndOptions): Promise<boolean> {
  try {
    await writeFile(join(sessionFolder(paths, session), attemptName), "", { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Nothing was looked at: then nothing in the workspace that wasn't there before counts as the user's. */
async function giveUp(
  { paths, session }: EndOptions,
  workspace: string,
  unseen: string,
): Promise<Handoff> {
  await rememberUnlooked(paths, session, workspace);
  const handoff = { entries: [], complete: false, unseen, tookMs: 0 };
  await writeHandoff(paths, session, handoff);
  return handoff;
}
