import type { Paths } from "../base/paths.ts";
import type { Engine } from "../engine/engine.ts";
import type { LeftHandoff } from "./leftovers.ts";
import type { LinkChoice, LinkKind } from "../sandbox/link/link-end.ts";
import type { OnStream } from "../sandbox/link/read-service.ts";
import type { PreparedSession, SessionOutcome } from "./prepare-session.ts";
import type { RunHost, RunRequest, RunResult, RunStart } from "./run-request.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";
import type { WorkspaceSession } from "../workspace/workspace-session.ts";
import { runCommand } from "./sandbox-command.ts";
import { createSessionId } from "../base/session-id.ts";
import { beginSession, endSession, recordEnd, toRelayFolder } from "../base/session-state.ts";
import { SignalWatch } from "./signal-watch.ts";
import {
  startRelay,
  startRelayEarly,
  type EarlyRelay,
  type RelayIdentity,
  type StartingRelay,
} from "../sandbox/start-relay.ts";
import { toSessionLabels } from "../sandbox/session-labels.ts";
import type { ReadySandbox } from "../sandbox/start-sandbox.ts";
import { isInteractive } from "./terminal/user-streams.ts";
import { openWatchdog, type Watchdog } from "./watchdog/watchdog.ts";

/** A session whose command has ended and whose workspace was looked at. */
interface EndedSession {
  readonly session: PreparedSession;
  readonly link: LinkKind;
  readonly status: number;
  readonly handoff?: Handoff;
}

/**
 * Runs one command in a sandbox of its own and removes everything of it, whatever happens on the way.
 * @throws VaultboxError when the command was not started; InterruptedError after a signal before the start
 */
export async function runSandbox(start: RunStart, host: RunHost): Promise<RunResult> {
  using signals = new SignalWatch();
  const ended: EndedSession[] = [];
  const failed = await runSession(start, host, signals, ended).then(
    () => undefined,
    (failure: unknown) => ({ failure }),
  );
  const [one] = ended;
  if (one === undefined) throw failed?.failure;
  const { session, link, status, handoff } = one;
  return {
    session: session.state.id,
    status,
    link,
    summary: session.summary.current(),
    auditPath: session.audit.path,
    ...(handoff === undefined ? {} : { handoff }),
    ...failed,
  };
}

/** @param ended gets the session once its command and the look at its workspace are over: what fails then takes no report away */
async function runSession(
  start: RunStart,
  host: RunHost,
  signals: SignalWatch,
  ended: EndedSession[],
): Promise<void> {
  const { workspace, writable } = start;
  // Nothing of the command line yet: it's not known to be free of secrets
  const ids = { id: createSessionId(), relay: createSessionId() };
  const facts = { ...ids, command: [], agent: "", workspace, writable };
  const outcome: SessionOutcome = {
    state: await beginSession(host.paths, facts),
    status: undefined,
  };
  using watchdog = openWatchdog();
  const stack = new AsyncDisposableStack();
  await using end = { [Symbol.asyncDispose]: () => removeSession(stack, outcome, host.paths) };
  void end;
  const identity: RelayIdentity = {
    id: ids.relay,
    directory: toRelayFolder(host.paths, ids.relay),
    labels: toSessionLabels(outcome.state),
  };
  const early = startRelayEarly(host.engine, host.relayImage, { identity, link: start.link });
  stack.use(early);
  // What is loaded and read from here on is done while the relay starts
  await early.underWay;
  await removeDead(host, signals);
  const request = await start.request();
  const remembered = start.beforeSandbox();
  // Reported when it's awaited: no container is made before
  remembered.catch(() => undefined);
  const { openSessionWorkspace, watchWorkspace, endSessionWorkspace } =
    await import("./session-workspace.ts");
  const files = await openSessionWorkspace(request, host, outcome);
  stack.defer(files.close);
  const { prepareSession } = await import("./prepare-session.ts");
  const session = await prepareSession(request, { host, outcome }, stack);
  const { link } = start;
  const relay = { early, identity, link };
  const run = { request, host, session, stack, signals, relay, files, watchdog };
  await remembered;
  const ready = await launch(run);
  {
    using watch = watchWorkspace(files, session, host.onNote);
    void watch;
    outcome.status = await runCommand(ready, request, host, { signals, watchdog });
  }
  // Side by side; the stack goes through them again and throws what failed
  const removed = ready.remove();
  removed.catch(() => undefined);
  const looked = ready.scanHome?.(session.audit, host.onNote);
  const handoff = await endSessionWorkspace(files, {
    audit: session.audit,
    onNote: host.onNote,
    signal: signals.endsScan(),
  });
  const { status } = outcome;
  ended.push({ session, link: ready.link.report.link, status, ...(handoff && { handoff }) });
  if (handoff !== undefined) host.onHandoff(handoff, session.state.id);
  await looked;
  await Promise.allSettled([removed, session.close()]);
}

/** Before anything of the workspace is read: a sandbox whose session died may still run and write to it. */
async function removeDead(host: RunHost, signals: SignalWatch): Promise<void> {
  const { findDeadSessions, removeLeftovers } = await import("./leftovers.ts");
  if ((await findDeadSessions(host.paths)).length === 0) return;
  const engine = await Promise.race([host.engine, signals.interrupted]);
  const look = new AbortController();
  signals.interrupted.catch(() => look.abort());
  const { handoffLines } = await import("../workspace/handoff/handoff-text.ts");
  const onLeft = ({ session, handoff }: LeftHandoff): void => {
    for (const line of handoffLines(handoff, `session ${session}`)) host.onNote(line);
  };
  const removed = await removeLeftovers(host.paths, engine, { onLeft, signal: look.signal });
  host.onNote(`removed what ${removed.sessions.length} session(s) that died had left`);
  signals.throwIfInterrupted();
}

/** What could not be removed is left to the next run, which removes it before it starts anything of its own. */
async function removeSession(
  stack: AsyncDisposableStack,
  outcome: SessionOutcome,
  paths: Paths,
): Promise<void> {
  try {
    await stack.disposeAsync();
  } catch (error) {
    await recordEnd(paths, outcome.state, outcome.status);
    throw error;
  }
  await endSession(paths, outcome.state, outcome.status);
}

interface Launch {
  readonly request: RunRequest;
  readonly host: RunHost;
  readonly session: PreparedSession;
  readonly stack: AsyncDisposableStack;
  readonly signals: SignalWatch;
  readonly relay: {
    readonly early: EarlyRelay;
    readonly identity: RelayIdentity;
    readonly link: LinkChoice;
  };
  readonly files: WorkspaceSession;
  readonly watchdog: Watchdog;
}

async function launch(run: Launch): Promise<ReadySandbox> {
  const { request, host, session, stack, signals } = run;
  const engine = await Promise.race([host.engine, signals.interrupted]);
  const relay = (await run.relay.early.relay) ?? (await startRelayLate(run, engine));
  // The first build takes minutes, and leaves nothing of the session behind when it's given up
  const image = await Promise.race([host.agentImage(engine, request), signals.interrupted]);
  const tty = isInteractive(host);
  const { interrupted } = signals;
  const { files, watchdog } = run;
  const onStream: OnStream = (service, stream) => {
    watchdog.wake();
    session.proxy.accept(stream, service);
  };
  const options = {
    request,
    session,
    host,
    engine,
    imageTag: image,
    relay,
    onStream,
    tty,
    interrupted,
    files,
  };
  const { startSandbox } = await import("../sandbox/start-sandbox.ts");
  const ready = await startSandbox(options, stack);
  signals.throwIfInterrupted();
  const { link } = ready;
  await session.audit.start({
    command: session.state.command,
    agent: request.plan.agent.name,
    image: ready.image,
    workspace: request.workspace,
    link: link.report.link,
    policyHash: request.plan.hash,
    vaults: request.plan.vaults.map(({ name }) => name),
  });
  session.audit.note("posture", { asserts: ready.asserts });
  const { noteWorkspace } = await import("./session-workspace.ts");
  noteWorkspace(files, session.audit, host.onNote);
  const { noteHistory } = await import("../sandbox/home/history/session-history.ts");
  noteHistory(ready.history, session.audit, host.onNote);
  const { signing } = request.plan.git;
  if (signing !== undefined) {
    const { key, vault } = signing;
    session.audit.note("signing", { key: `${vault.name}/${key.name}`, public: key.publicKey });
  }
  const { fallback } = link.report;
  if (fallback !== undefined) session.audit.note("link-fallback", { reason: fallback });
  return ready;
}

/** After its image was built. */
async function startRelayLate(run: Launch, engine: Engine): Promise<StartingRelay> {
  const { signals, stack } = run;
  const { identity, link } = run.relay;
  const image = await Promise.race([run.host.buildRelayImage(engine), signals.interrupted]);
  return await startRelay({ engine, image, identity, link }, stack);
}
