import { rm } from "node:fs/promises";
import type { Paths } from "../base/paths.ts";
import { debug } from "../base/debug.ts";
import type { ContainerFacts, Engine } from "../engine/engine.ts";
import { label } from "../engine/labels.ts";
import { hasEnded } from "../base/process-id.ts";
import { isOwn, parseOwnerLabel } from "../sandbox/session-labels.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";
import { compareText } from "../base/text-order.ts";
import { isSessionId } from "../base/session-id.ts";
import {
  endSession,
  readActiveSessions,
  toRelayFolder,
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

/** Whether something of it may be on an engine, or in a workspace. */
export function hasSandbox({ kind }: SessionState): boolean {
  return kind === undefined;
}

/** Records the end of dead sessions that had no sandbox: for that, no engine is needed. */
export async function endDeadProxies(paths: Paths): Promise<void> {
  for (const state of await findDeadSessions(paths)) {
    if (!hasSandbox(state)) await endSession(paths, state, undefined);
  }
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
  const removed = await removeFromEngine(engine, dead.filter(hasSandbox).flatMap(toMarks));
  // Not loaded where no session died: it brings all that looks through a workspace
  const { finishDeadSession } = await import("../workspace/dead-session.ts");
  for (const state of dead) {
    const session = state.id;
    const roots = toWritable(state);
    const handoff = await finishDeadSession({ paths, session, roots, signal });
    if (handoff !== undefined) onLeft({ session, handoff });
    if (state.relay !== undefined) await removeRelayFolder(paths, state.relay);
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
  const { dead: others, deadRelays: relays } = await findSessionsOn(engine);
  const removed = await removeFromEngine(engine, [
    ...others.map((id) => `${label.session}=${id}`),
    ...relays.map((id) => `${label.relay}=${id}`),
  ]);
  for (const id of relays) await removeRelayFolder(paths, id);
  return {
    sessions: [...new Set([...known.sessions, ...others])],
    containers: [...known.containers, ...removed.containers],
    volumes: [...known.volumes, ...removed.volumes],
  };
}

/** Ids of what sessions have on an engine, whichever VAULTBOX_HOME they ran with. */
export interface SessionsOnEngine {
  /** Those whose process died */
  readonly dead: readonly string[];
  /** The others that have a container, and relays that wait for a session */
  readonly living: readonly string[];
  /** Relays that no living process has: neither who started it nor a session that acquired it */
  readonly deadRelays: readonly string[];
}

export async function findSessionsOn(engine: Engine): Promise<SessionsOnEngine> {
  const [containers, volumes] = await Promise.all([
    engine.listContainers(label.owner),
    engine.listVolumes(label.session),
  ]);
  const own = [...containers, ...volumes].filter(isOwn);
  const found = await Promise.all(
    own.map(async (one) => ({ labels: one.labels, isDead: await isDead(one) })),
  );
  const idsOf = (name: string, all: typeof found): readonly string[] => [
    ...new Set(all.flatMap(({ labels }) => labels[name] ?? [])),
  ];
  const alive = found.filter((one) => !one.isDead);
  const dead = found.filter((one) => one.isDead);
  const deadSessions = idsOf(label.session, dead);
  const living = [
    ...idsOf(label.session, alive),
    ...idsOf(
      label.relay,
      alive.filter(({ labels }) => labels[label.session] === undefined),
    ),
  ];
  const kept = idsOf(label.relay, alive);
  return {
    dead: deadSessions,
    living: living.filter((id) => !deadSessions.includes(id)).toSorted(compareText),
    deadRelays: idsOf(label.relay, dead).filter((id) => !kept.includes(id)),
  };
}

/** An owner that isn't known isn't ours to judge. */
async function isDead({ labels }: Pick<ContainerFacts, "labels">): Promise<boolean> {
  const owner = parseOwnerLabel(labels[label.owner]);
  return owner !== undefined && (await hasEnded(owner));
}

/** The labels of what a session has on an engine; the relay that it acquired may not know of it. */
function toMarks({ id, relay }: SessionState): readonly string[] {
  const marks = [`${label.session}=${id}`];
  return relay === undefined ? marks : [...marks, `${label.relay}=${relay}`];
}

async function removeRelayFolder(paths: Paths, relay: string): Promise<void> {
  if (isSessionId(relay)) await rm(toRelayFolder(paths, relay), { recursive: true, force: true });
}

async function removeFromEngine(
  engine: Engine,
  marks: readonly string[],
): Promise<Pick<RemovedLeftovers, "containers" | "volumes">> {
  const containers: string[] = [];
  const volumes: string[] = [];
  for (const mark of marks) {
    for (const { id, name } of (await engine.listContainers(mark)).filter(isOwn)) {
      const container = await engine.findContainer(id);
      await container?.remove();
      containers.push(name);
    }
    for (const { name } of (await engine.listVolumes(mark)).filter(isOwn)) {
      await engine.removeVolume(name);
      volumes.push(name);
    }
  }
  debug("leftovers", `removed ${containers.length} containers, ${volumes.length} volumes`);
  return { containers, volumes };
}
