import type { Paths } from "../base/paths.ts";
import { debug } from "../base/debug.ts";
import type { Engine } from "../engine/engine.ts";
import { label } from "../engine/labels.ts";
import { hasEnded } from "../base/process-id.ts";
import { isOwnName, parseOwnerLabel } from "../sandbox/session-labels.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";
import { finishDeadSession } from "../workspace/dead-session.ts";
import {
  endSession,
  readActiveSessions,
  toWritable,
  type SessionState,
} from "../base/session-state.ts";

/** What was left of sessions whose process died, and is gone now. */
export interface RemovedLeftovers {
  readonly sessions: readonly string[];
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
}

/** What the sandbox of a session that died had left in its workspace. */
export interface LeftHandoff {
  readonly session: string;
  readonly handoff: Handoff;
}

/** Called as soon as it's known, so that what fails later takes none of it. */
export type OnLeft = (left: LeftHandoff) => void;

/** Sessions of this machine whose process died without cleaning up. */
export async function findDeadSessions(paths: Paths): Promise<readonly SessionState[]> {
  const active = await readActiveSessions(paths);
  const ended = await Promise.all(active.map(({ owner }) => hasEnded(owner)));
  return active.filter((_, index) => ended[index]);
}

/**
 * Removes what dead sessions left: containers, volumes that aren't a kept home, sockets. Their audit logs stay. When no
 * session died, the engine isn't asked.
 * @param signal ends the look at what their sandboxes left
 */
export async function removeLeftovers(
  paths: Paths,
  engine: Engine,
  { onLeft, signal }: { readonly onLeft: OnLeft; readonly signal?: AbortSignal },
): Promise<RemovedLeftovers> {
  const dead = await findDeadSessions(paths);
  if (dead.length === 0) return { sessions: [], containers: [], volumes: [] };
  const removed = await removeFromEngine(
    engine,
    dead.map(({ id }) => id),
  );
  for (const state of dead) {
    const session = state.id;
    const roots = toWritable(state);
    const handoff = await finishDeadSession({ paths, session, roots, signal });
    if (handoff !== undefined) onLeft({ session, handoff });
    await endSession(paths, state, undefined);
  }
  return { ...removed, sessions: dead.map(({ id }) => id) };
}

/** The same, and beyond it what has our label, a session's name and a dead owner, whichever VAULTBOX_HOME it ran with. */
export async function prune(
  paths: Paths,
  engine: Engine,
  onLeft: OnLeft,
): Promise<RemovedLeftovers> {
  const known = await removeLeftovers(paths, engine, { onLeft });
  const others = await findOrphans(engine);
  const removed = await removeFromEngine(engine, others);
  return {
    sessions: [...new Set([...known.sessions, ...others])],
    containers: [...known.containers, ...removed.containers],
    volumes: [...known.volumes, ...removed.volumes],
  };
}

/** Ids of sessions with something on the engine whose process died, whichever VAULTBOX_HOME they ran with. */
export async function findOrphans(engine: Engine): Promise<readonly string[]> {
  const [containers, volumes] = await Promise.all([
    engine.listContainers(label.session),
    engine.listVolumes(label.session),
  ]);
  const orphans = new Set<string>();
  for (const { name, labels } of [...containers, ...volumes]) {
    const id = labels[label.session];
    const owner = parseOwnerLabel(labels[label.owner]);
    if (id === undefined || !isOwnName(id, name)) continue;
    if (owner !== undefined && (await hasEnded(owner))) orphans.add(id);
  }
  return [...orphans];
}

async function removeFromEngine(
  engine: Engine,
  sessions: readonly string[],
): Promise<Pick<RemovedLeftovers, "containers" | "volumes">> {
  const containers: string[] = [];
  const volumes: string[] = [];
  for (const session of sessions) {
    const own = `${label.session}=${session}`;
    for (const { id, name } of await engine.listContainers(own)) {
      if (!isOwnName(session, name)) continue;
      const container = await engine.findContainer(id);
      await container?.remove();
      containers.push(name);
    }
    for (const { name } of await engine.listVolumes(own)) {
      if (!isOwnName(session, name)) continue;
      await engine.removeVolume(name);
      volumes.push(name);
    }
  }
  debug("leftovers", `removed ${containers.length} containers, ${volumes.length} volumes`);
  return { containers, volumes };
}
