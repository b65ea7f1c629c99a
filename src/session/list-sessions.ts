import { setTimeout as sleep } from "node:timers/promises";
import type { Paths } from "../base/paths.ts";
import { VaultboxError } from "../base/errors.ts";
import { hasEnded } from "../base/process-id.ts";
import { quoted } from "../base/printable.ts";
import { readActiveSessions, readState, type SessionState } from "../base/session-state.ts";
import { compareText } from "../base/text-order.ts";

/** A session as `ps` shows it. */
export interface ListedSession {
  readonly id: string;
  /** `dead`: its process ended without cleaning up; the next run or `prune` does */
  readonly status: "running" | "dead";
  /** A run in a sandbox, a proxy alone, or the test of a credential */
  readonly kind: "run" | "proxy" | "test";
  readonly agent: string;
  readonly command: readonly string[];
  readonly workspace: string;
  /** RFC 3339, UTC */
  readonly startedAt: string;
  readonly pid: number;
}

const pollMs = 100;

/** Sessions of this machine, oldest first. */
export async function listSessions(paths: Paths): Promise<readonly ListedSession[]> {
  const states = await readActiveSessions(paths);
  const ended = await Promise.all(states.map(({ owner }) => hasEnded(owner)));
  return states
    .map((state, index) => toListed(state, ended[index] === true))
    .toSorted((a, b) => compareText(a.startedAt, b.startedAt));
}

function toListed(state: SessionState, isDead: boolean): ListedSession {
  const { id, kind = "run", agent, command, workspace, startedAt, owner } = state;
  return {
    id,
    status: isDead ? "dead" : "running",
    kind,
    agent,
    command,
    workspace,
    startedAt,
    pid: owner.pid,
  };
}

/**
 * Ends a session as SIGTERM does, and waits until it has removed everything.
 * @param id whole or a beginning that only one session has
 * @throws VaultboxError VBX_SESSION_UNKNOWN, VBX_ENGINE_FAILED when it doesn't end in time
 */
export async function stopSession(
  paths: Paths,
  id: string,
  timeoutMs: number,
): Promise<ListedSession> {
  const session = findSession(await listSessions(paths), id);
  if (session.status === "dead") return session;
  try {
    process.kill(session.pid, "SIGTERM");
  } catch {
    // It ended between the two looks
  }
  const until = Date.now() + timeoutMs;
  while (Date.now() < until) {
    const state = await readState(paths, session.id);
    if (state === undefined || state.endedAt !== undefined || (await hasEnded(state.owner))) {
      return session;
    }
    await sleep(pollMs);
  }
  throw new VaultboxError(
    "VBX_ENGINE_FAILED",
    `the session ${quoted(session.id)} did not end within ${timeoutMs / 1000} s`,
    { hints: [`its process is ${session.pid}; once that is gone: vaultbox prune`] },
  );
}

function findSession(sessions: readonly ListedSession[], id: string): ListedSession {
  const found = sessions.filter((session) => session.id.startsWith(id));
  const [only] = found;
  if (id !== "" && only !== undefined && found.length === 1) return only;
  const why = found.length > 1 ? "several sessions begin so" : "there is no such session";
  throw new VaultboxError("VBX_SESSION_UNKNOWN", `cannot stop ${quoted(id)}: ${why}`, {
    hints: ["the running ones: vaultbox ps"],
  });
}
