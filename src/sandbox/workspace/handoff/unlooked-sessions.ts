import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Paths } from "../../../config/paths.ts";
import { writeFileAtomic } from "../../../files/atomic-write.ts";
import { isSystemError } from "../../../files/beneath.ts";
import { contains } from "../../../files/path-steps.ts";
import { readActiveSessions, readState, type SessionState } from "../../session-state.ts";
import { readRecord, type WorkspaceRecord } from "../workspace-record.ts";

// A session whose end wasn't looked at wholly is remembered, until a later one looks through its workspace: what isn't
// in its baseline may be its sandbox's. One file each, and one session for a workspace.

/** Remembers that not all was looked at of what a session left. */
export async function rememberUnlooked(
  paths: Paths,
  session: string,
  workspace: string,
): Promise<void> {
  await mkdir(toFolder(paths), { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(toFolder(paths), session), JSON.stringify({ workspace }));
  // Its baseline leaves out what isn't in theirs
  await forget(paths, workspace, session);
}

/** Forgets the sessions of a workspace, and of those in it, once all of it was looked at. */
export async function forgetUnlooked(paths: Paths, workspace: string): Promise<void> {
  await forget(paths, workspace, undefined);
}

async function forget(paths: Paths, workspace: string, except: string | undefined): Promise<void> {
  for (const { id, workspace: own } of await readUnlooked(paths)) {
    if (id !== except && contains(workspace, own)) await rm(join(toFolder(paths), id));
  }
}

/** Where a session works. */
export interface SessionPlace {
  readonly id: string;
  readonly workspace: string;
  /** Whether its sandbox may be at work now */
  readonly isRunning: boolean;
}

/** A session because of which another one can't take for the user's what is there. */
export interface OtherSession extends SessionPlace {
  /** Undefined when nothing can be said of what was there before it */
  readonly record: WorkspaceRecord | undefined;
}

/** Sessions that run, that died, or that weren't looked at to their end. */
export async function listOtherSessions(paths: Paths): Promise<readonly SessionPlace[]> {
  const [active, unlooked] = await Promise.all([readActiveSessions(paths), readUnlooked(paths)]);
  return [...unlooked, ...active.map(toRunning)];
}

function toRunning({ id, workspace }: SessionState): SessionPlace {
  return { id, workspace, isRunning: true };
}

/** With what was there before each of them; without those that have made no sandbox yet. */
export async function readOtherSessions(
  paths: Paths,
  sessions: readonly SessionPlace[],
): Promise<readonly OtherSession[]> {
  const all = new Map(sessions.map((one) => [one.id, one]));
  const unlooked = new Set((await readUnlooked(paths)).map(({ id }) => id));
  const found = await Promise.all(
    [...all.values()].map(async (one) => ({ ...one, record: await readRecord(paths, one.id) })),
  );
  return found
    .filter(({ id, record }) => record !== undefined || unlooked.has(id))
    .map(({ record, ...one }) => ({
      ...one,
      record: record === "unreadable" ? undefined : record,
    }));
}

async function readUnlooked(paths: Paths): Promise<readonly SessionPlace[]> {
  const ids = await readdir(toFolder(paths)).catch(() => []);
  const found = await Promise.all(
    ids.filter((name) => /^[0-9a-f]{12}$/.test(name)).map((id) => readOne(paths, id)),
  );
  return found.filter((one) => one !== undefined);
}

async function readOne(paths: Paths, id: string): Promise<SessionPlace | undefined> {
  try {
    const text = await readFile(join(toFolder(paths), id), "utf8");
    const { workspace } = JSON.parse(text) as { readonly workspace: string };
    return { id, workspace, isRunning: false };
  } catch (error) {
    // Another process has just forgotten it
    if (isSystemError(error) && error.code === "ENOENT") return undefined;
    const workspace = (await readState(paths, id))?.workspace ?? "/";
    return { id, workspace, isRunning: false };
  }
}

function toFolder(paths: Paths): string {
  return join(paths.state, "unlooked");
}
