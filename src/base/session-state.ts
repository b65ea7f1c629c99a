import { fieldsOf, listOf, parseJson, text } from "./shape.ts";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Paths } from "./paths.ts";
import { writeFileAtomic } from "./fs/atomic-write.ts";
import { hasEnded, readOwnProcessId, type ProcessId, processId } from "./process-id.ts";
import { ensurePrivateFolder } from "./fs/private-file.ts";
import { readRegularText } from "./fs/regular-file.ts";
import { isSessionId } from "./session-id.ts";
import { inState } from "./state-folder.ts";

/** What a session is, of what is known of it. */
export interface SessionFacts {
  readonly id: string;
  /** Id of the relay that it acquires; earlier versions' relays had none of their own */
  readonly relay?: string;
  /** A proxy alone, or the test of a credential; missing for a run in a sandbox */
  readonly kind?: "proxy" | "test";
  readonly command: readonly string[];
  readonly agent: string;
  readonly workspace: string;
  /** Real paths of all that its sandbox can write in; earlier versions recorded none */
  readonly writable?: readonly string[];
  /**
   * Real paths of what its sandbox can't move, of what lies in these; undefined while it has no sandbox, and for an
   * earlier version's
   */
  readonly pinned?: readonly string[];
}

/** What is known of a session beside its audit log; `state.json` in its folder. */
export interface SessionState extends SessionFacts {
  readonly owner: ProcessId;
  /** Whether `pinned` is recorded, and compared with what others mount, before it has a sandbox */
  readonly pins?: true;
  /** RFC 3339, UTC */
  readonly startedAt: string;
  /** Directory of the link's socket and the mounted files */
  readonly runtimeDirectory: string;
  readonly endedAt?: string;
  readonly status?: number;
}

/** Real paths of all that a session's sandbox can write in. */
export function toWritable({ writable, workspace }: SessionState): readonly string[] {
  return writable ?? [workspace];
}

/** For the socket of a relay, under its own id as a session's files are under the session's. */
export function toRelayFolder(paths: Paths, relay: string): string {
  return join(paths.runtime, relay);
}

/** Sessions that have something to clean up have a marker in here; the folder is short, whatever the history is. */
function activeFolder(paths: Paths): string {
  return inState(paths.state, "active");
}

export function sessionFolder(paths: Paths, id: string): string {
  return join(paths.sessions, id);
}

/**
 * Records a session before anything of it exists elsewhere, so that whatever happens can be cleaned up.
 * @throws VaultboxError VBX_FILE_UNSAFE when the runtime folder isn't this user's alone
 */
export async function beginSession(paths: Paths, facts: SessionFacts): Promise<SessionState> {
  const state: SessionState = {
    ...facts,
    pins: true,
    owner: await readOwnProcessId(),
    startedAt: new Date().toISOString(),
    runtimeDirectory: join(paths.runtime, facts.id),
  };
  const folder = sessionFolder(paths, facts.id);
  await Promise.all([
    mkdir(folder, { recursive: true, mode: 0o700 }),
    mkdir(activeFolder(paths), { recursive: true, mode: 0o700 }),
    // The socket and the CA bundle of the sandbox are in there
    ensurePrivateFolder(paths.runtime),
  ]);
  await writeState(paths, state);
  await writeFileAtomic(join(activeFolder(paths), facts.id), "");
  return state;
}

/** Records the end, after everything of the session was removed. */
export async function endSession(
  paths: Paths,
  state: SessionState,
  status: number | undefined,
): Promise<void> {
  await recordEnd(paths, state, status);
  await rm(join(activeFolder(paths), state.id), { force: true });
}

/** Records the end of a session of which something is left on the engine: it stays for the next run to clean up. */
export async function recordEnd(
  paths: Paths,
  state: SessionState,
  status: number | undefined,
): Promise<void> {
  const ended = { ...state, endedAt: state.endedAt ?? new Date().toISOString() };
  await Promise.all([
    rm(state.runtimeDirectory, { recursive: true, force: true }),
    writeState(paths, status === undefined ? ended : { ...ended, status }),
  ]);
}

/** Sessions that aren't all gone: running ones, those whose process died, and those it could not remove. */
export async function readActiveSessions(paths: Paths): Promise<readonly SessionState[]> {
  const names = await readdir(activeFolder(paths)).catch(() => []);
  const states = await Promise.all(names.filter(isSessionId).map((id) => readState(paths, id)));
  return states.filter((state) => state !== undefined);
}

/** Those of them whose process runs. @param session id of one that is left out */
export async function readOtherRunning(
  paths: Paths,
  session?: string,
): Promise<readonly SessionState[]> {
  const active = (await readActiveSessions(paths)).filter(({ id }) => id !== session);
  const ended = await Promise.all(active.map(({ owner }) => hasEnded(owner)));
  return active.filter((_, index) => ended[index] !== true);
}

/** Replaces what is known of a session. */
export async function writeState(paths: Paths, state: SessionState): Promise<void> {
  const path = join(sessionFolder(paths, state.id), "state.json");
  await writeFileAtomic(path, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** What every version wrote. */
const sessionState = fieldsOf<Pick<SessionState, "id" | "owner" | "command" | "runtimeDirectory">>({
  id: text,
  owner: processId,
  command: listOf(text),
  runtimeDirectory: text,
});

/** Undefined when its process is between two steps, or died there: there is nothing to go by. */
export async function readState(paths: Paths, id: string): Promise<SessionState | undefined> {
  const path = join(sessionFolder(paths, id), "state.json");
  const state = parseJson(await readRegularText(path).catch(() => ""), sessionState);
  return state?.id === id ? (state as SessionState) : undefined;
}
