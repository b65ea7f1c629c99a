import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../base/errors.ts";
import { Folder, orNothing } from "../base/fs/beneath.ts";
import { sessionFolder } from "../base/session-state.ts";
import type { Handoff } from "./handoff/handoff.ts";
import { rememberUnscanned } from "./handoff/unscanned-sessions.ts";
import { inspectEnd, toUnopened, type EndOptions } from "./session-end.ts";
import { releaseMountPoints } from "./session-mount-points.ts";
import { readHandoff, readRecord, writeHandoff } from "./workspace-record.ts";

/** In the session's folder, from before the look on. */
const attemptName = "looked-at";

/**
 * Ends what a session left whose process died. It's looked at once: a sandbox that left something on which the look
 * fails would keep every later run from starting.
 * @param request.roots real paths of what its sandbox could write in
 * @returns what its sandbox left; undefined when there's nothing to look at
 */
export async function finishDeadSession(
  request: EndOptions & { readonly roots: readonly string[] },
): Promise<Handoff | undefined> {
  const { paths, session } = request;
  const earlier = await readHandoff(sessionFolder(paths, session));
  const disabledBefore = earlier?.entries.filter(({ change }) => change === "disabled") ?? [];
  const options = { ...request, disabledBefore };
  const record = await readRecord(paths, session);
  if (record === undefined) return undefined;
  if (record === "unreadable") {
    const why = "the record of what was there before can't be read";
    return await giveUp(options, options.roots, why);
  }
  const sources = record.roots.map(({ source }) => source);
  using opened = new DisposableStack();
  const roots = record.roots.flatMap((root) => {
    const folder = orNothing(() => Folder.openReal(root.source, { opens: true }));
    if (folder === undefined) return [];
    const apart = new Set(root.apart);
    return [{ ...root, writable: true, folder: opened.use(folder), apart, emptied: [] }];
  });
  // Its disk may be back later
  if (roots.length === 0) return await giveUp(options, sources, toUnopened(sources));
  try {
    if (await isFirstAttempt(options)) return await inspectEnd(options, roots, record);
  } catch (error) {
    await releaseMountPoints(paths, session, record);
    const why = error instanceof Error ? error.message : String(error);
    return await giveUp(options, sources, why);
  }
  await releaseMountPoints(paths, session, record);
  return await giveUp(options, sources, "an earlier look at it didn't end");
}

async function isFirstAttempt({ paths, session }: EndOptions): Promise<boolean> {
  try {
    await writeFile(join(sessionFolder(paths, session), attemptName), "", { flag: "wx" });
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Nothing was looked at: then nothing in the roots that wasn't there before counts as the user's. */
async function giveUp(
  { paths, session, disabledBefore = [] }: EndOptions,
  roots: readonly string[],
  unseen: string,
): Promise<Handoff> {
  await rememberUnscanned(paths, session, roots);
  const handoff = { entries: disabledBefore, complete: false, unseen, tookMs: 0 };
  await writeHandoff(paths, session, handoff);
  return handoff;
}
