import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../../base/errors.ts";
import type { Paths } from "../../base/paths.ts";
import { writeFileAtomic } from "../../base/fs/atomic-write.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { readActiveSessions, readState, toWritable } from "../../base/session-state.ts";
import { readRegularText } from "../../base/fs/regular-file.ts";
import { fieldsOf, listOf, optional, parseJson, text } from "../../base/shape.ts";
import { isSessionId } from "../../base/session-id.ts";
import { inState } from "../../base/state-folder.ts";
import { readRecord, type RootRecord } from "../workspace-record.ts";

// A session whose end wasn't looked at wholly is remembered, until later ones look through all of its roots: what isn't
// in its baselines may be its sandbox's. One file each, and one session for the same roots.

/**
 * Remembers that not all was looked at of what a session left.
 * @param roots real paths of what its sandbox could write in
 */
export async function rememberUnscanned(
  paths: Paths,
  session: string,
  roots: readonly string[],
): Promise<void> {
  await mkdir(toFolder(paths), { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(toFolder(paths), session), JSON.stringify({ roots }));
  // Its baselines leave out what isn't in theirs
  await forgetUnscanned(paths, roots, session);
}

/**
 * Forgets of the sessions what lies in these roots, once all of it was looked at.
 * @param except a session that isn't forgotten
 */
export async function forgetUnscanned(
  paths: Paths,
  roots: readonly string[],
  except?: string,
): Promise<void> {
  for (const { id, roots: own } of await readUnscanned(paths)) {
    if (id === except) continue;
    const left = own.filter((one) => !roots.some((root) => contains(root, one)));
    const file = join(toFolder(paths), id);
    if (left.length === 0) await rm(file, { force: true });
    else if (left.length < own.length) await writeFileAtomic(file, JSON.stringify({ roots: left }));
  }
}

/** Where a session works. */
export interface SessionPlace {
  readonly id: string;
  /** Real paths of what its sandbox can write in, or could */
  readonly roots: readonly string[];
  /** Whether its sandbox may be at work now */
  readonly isRunning: boolean;
}

/** A root of a session because of which another one can't take for the user's what is there. */
export interface OtherRoot {
  /** Of the session */
  readonly id: string;
  /** Absolute real path */
  readonly source: string;
  readonly isRunning: boolean;
  /** Undefined when nothing can be said of what was there before the session */
  readonly record: RootRecord | undefined;
}

/** Sessions that run, that died, or that weren't looked at to their end. */
export async function listOtherSessions(paths: Paths): Promise<readonly SessionPlace[]> {
  const [active, unscanned] = await Promise.all([readActiveSessions(paths), readUnscanned(paths)]);
  return [
    ...unscanned,
    ...active.map((state) => ({ id: state.id, roots: toWritable(state), isRunning: true })),
  ];
}

/**
 * Each root of each of them, with what was there before; without those that have made no sandbox yet.
 * @param except a session that asks
 */
export async function readOtherRoots(
  paths: Paths,
  sessions: readonly SessionPlace[],
  except?: string,
): Promise<readonly OtherRoot[]> {
  const all = new Map(sessions.map((one) => [one.id, one]));
  if (except !== undefined) all.delete(except);
  const unscanned = new Set((await readUnscanned(paths)).map(({ id }) => id));
  const found = await Promise.all(
    [...all.values()].map(async ({ id, roots, isRunning }): Promise<readonly OtherRoot[]> => {
      const record = await readRecord(paths, id);
      if (record === undefined && !unscanned.has(id)) return [];
      if (record === undefined || record === "unreadable") {
        return roots.map((source) => ({ id, source, isRunning, record: undefined }));
      }
      // Of a session that ended, those that no later one has looked through
      const left = record.roots.filter(({ source }) => isRunning || roots.includes(source));
      return left.map((one) => ({ id, source: one.source, isRunning, record: one }));
    }),
  );
  return found.flat();
}

async function readUnscanned(paths: Paths): Promise<readonly SessionPlace[]> {
  const ids = await readdir(toFolder(paths)).catch(() => []);
  const found = await Promise.all(ids.filter(isSessionId).map((id) => readOne(paths, id)));
  return found.filter((one) => one !== undefined);
}

/** An earlier version wrote the workspace alone. */
const storedPlace = fieldsOf<{
  readonly roots?: readonly string[];
  readonly workspace?: string;
}>({ roots: optional(listOf(text)), workspace: optional(text) });

async function readOne(paths: Paths, id: string): Promise<SessionPlace | undefined> {
  try {
    const stored = parseJson(await readRegularText(join(toFolder(paths), id)), storedPlace);
    const roots = stored && (stored.roots ?? [stored.workspace ?? "/"]);
    if (roots !== undefined) return { id, roots, isRunning: false };
  } catch (error) {
    // Another process has just forgotten it
    if (hasCode(error, "ENOENT")) return undefined;
  }
  const state = await readState(paths, id);
  return { id, roots: state === undefined ? ["/"] : toWritable(state), isRunning: false };
}

function toFolder(paths: Paths): string {
  return inState(paths.state, "unlooked");
}
