import { createSessionId } from "../base/session-id.ts";
import { toRelayFolder } from "../base/session-state.ts";
import type { OnStream } from "../sandbox/link/read-service.ts";
import { toSessionLabels } from "../sandbox/session-labels.ts";
import { revealedSecrets } from "../base/redact.ts";
import type { LeftHandoff } from "./leftovers.ts";
import type { LinkKind } from "../sandbox/link/link-end.ts";
import type { Engine } from "../engine/engine.ts";
import type { PreparedSession } from "./prepare-session.ts";
import type { RunHost, RunRequest, RunResult, RunStart } from "./run-request.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";
import type { WorkspaceSession } from "../workspace/workspace-session.ts";
import { runCommand } from "./sandbox-command.ts";
import { Session } from "./session.ts";
import {
  startRelay,
  startRelayEarly,
  type EarlyRelay,
  type RelayOptions,
  type StartingRelay,
} from "../sandbox/start-relay.ts";
import type { ReadySandbox } from "../sandbox/start-sandbox.ts";
import { isInteractive } from "./terminal/user-streams.ts";
import { openWatchdog, type Watchdog } from "./watchdog/watchdog.ts";

/** A run under way. */
interface SandboxRun {
  readonly start: RunStart;
  readonly host: RunHost;
  readonly session: Session;
  /** Id of its relay */
  readonly relay: string;
  readonly watchdog: Watchdog;
}

type RelayChoice = Omit<RelayOptions, "engine" | "image">;

/** A run of which everything is known that decides it, and that has no sandbox yet. */
interface PreparedRun extends SandboxRun {
  readonly request: RunRequest;
  readonly prepared: PreparedSession;
  readonly files: WorkspaceSession;
}

/** A run whose command has ended and whose workspace was looked at: what fails from then on takes no report away. */
interface EndedRun {
  readonly prepared: PreparedSession;
  readonly link: LinkKind;
  readonly status: number;
  readonly handoff: Handoff | undefined;
  /** Ends the rest, before it's removed */
  readonly finish: () => Promise<void>;
}

/**
 * Runs one command in a sandbox of its own and removes everything of it, whatever happens on the way.
 * @throws VaultboxError when the command was not started; InterruptedError after a signal before the start; GaveUpError when
 *   something doesn't end
 */
export function runSandbox(start: RunStart, host: RunHost): Promise<RunResult> {
  return Promise.race([runSession(start, host), host.ending.givenUp]);
}

async function runSession(start: RunStart, host: RunHost): Promise<RunResult> {
  const { workspace, writable } = start;
  // Nothing of the command line yet: it's not known to be free of secrets
  const relay = createSessionId();
  const facts = { relay, command: [], agent: "", workspace, writable };
  const session = await Session.begin(host.paths, facts);
  session.listen(host.onEvent);
  let ended: EndedRun | undefined;
  try {
    using watchdog = openWatchdog();
    await using whole = session;
    void whole;
    ended = await runToEnd({ start, host, session, relay, watchdog });
    await ended.finish();
  } catch (failure) {
    if (ended === undefined) throw failure;
    return { ...toResult(session, ended), failure };
  }
  return toResult(session, ended);
}

function toResult(session: Session, { prepared, status, link, handoff }: EndedRun): RunResult {
  return {
    session: session.state.id,
    status,
    link,
    summary: prepared.summary.current(),
    auditPath: prepared.audit.path,
    ...(handoff === undefined ? {} : { handoff }),
  };
}

async function runToEnd(run: SandboxRun): Promise<EndedRun> {
  const early = startRelayEarly(run.host.engine, run.host.relayImage, toRelayOptions(run));
  run.session.stack.use(early);
  // What is loaded and read from here on is done while the relay starts
  await early.underWay;
  await removeDead(run);
  const prepared = await prepare(run);
  const ready = await launch(prepared, early);
  await recordStart(prepared, ready);
  const status = await runWatched(prepared, ready);
  return { status, ...(await endRun(prepared, ready)) };
}

function toRelayOptions({ start, host, session, relay }: SandboxRun): RelayChoice {
  const directory = toRelayFolder(host.paths, relay);
  return {
    identity: { id: relay, directory, labels: toSessionLabels(session.state) },
    link: start.link,
  };
}

/** Before anything of the workspace is read: a sandbox whose session died may still run and write to it. */
async function removeDead({ host, session }: SandboxRun): Promise<void> {
  const { findDeadSessions, removeLeftovers } = await import("./leftovers.ts");
  if ((await findDeadSessions(host.paths)).length === 0) return;
  const { interrupted } = host.ending;
  const engine = await Promise.race([host.engine, interrupted]);
  const look = new AbortController();
  interrupted.catch(() => look.abort());
  const { handoffLines } = await import("../workspace/handoff/handoff-text.ts");
  const onLeft = (left: LeftHandoff): void => {
    for (const line of handoffLines(left.handoff, `session ${left.session}`)) session.say(line);
  };
  const removed = await removeLeftovers(host.paths, engine, { onLeft, signal: look.signal });
  session.say(`removed what ${removed.sessions.length} session(s) that died had left`);
  host.ending.throwIfInterrupted();
}

/** Reads what decides the run, begins to look through its workspace, and opens what decides and records. */
async function prepare(run: SandboxRun): Promise<PreparedRun> {
  const { start, host, session } = run;
  const request = await start.request();
  const remembered = start.beforeSandbox();
  // Reported when it's awaited: no container is made before
  remembered.catch(() => undefined);
  const { openSessionWorkspace } = await import("./session-workspace.ts");
  const files = await openSessionWorkspace(request, session);
  session.stack.defer(files.close);
  const { refuseDisclosed, toDisclosures } = await import("./disclosed-secrets.ts");
  await refuseDisclosed(toDisclosures(request), request.plan.vaults);
  const { prepareSession } = await import("./prepare-session.ts");
  const command = request.command.map((text) => revealedSecrets.redact(text));
  const facts = { command, agent: request.plan.agent.name };
  const prepared = await prepareSession(session, request.plan, { env: host.env, facts });
  await remembered;
  return { ...run, request, prepared, files };
}

async function launch(run: PreparedRun, early: EarlyRelay): Promise<ReadySandbox> {
  const { request, host, session, prepared, files } = run;
  const { interrupted } = host.ending;
  const engine = await Promise.race([host.engine, interrupted]);
  const relay = (await early.relay) ?? (await startRelayLate(run, engine));
  // The first build takes minutes, and leaves nothing of the session behind when it's given up
  const imageTag = await Promise.race([host.agentImage(engine, request), interrupted]);
  const { startSandbox } = await import("../sandbox/start-sandbox.ts");
  const shown = { state: session.state, ca: prepared.ca, placeholders: prepared.placeholders };
  const machine = { paths: host.paths, env: host.env, onNote: session.say };
  const tty = host.streams !== undefined && isInteractive(host.streams);
  const onStream: OnStream = (service, stream) => {
    run.watchdog.wake();
    prepared.proxy.accept(stream, service);
  };
  const options = {
    request,
    session: shown,
    host: machine,
    engine,
    imageTag,
    relay,
    tty,
    onStream,
  };
  const ready = await startSandbox({ ...options, interrupted, files }, session.stack);
  host.ending.throwIfInterrupted();
  return ready;
}

/** After its image was built. */
async function startRelayLate(run: PreparedRun, engine: Engine): Promise<StartingRelay> {
  const { host, session } = run;
  const image = await Promise.race([host.buildRelayImage(engine), host.ending.interrupted]);
  return await startRelay({ engine, image, ...toRelayOptions(run) }, session.stack);
}

async function recordStart(run: PreparedRun, ready: ReadySandbox): Promise<void> {
  const { request, session, files } = run;
  const { audit } = run.prepared;
  const { plan, workspace } = request;
  const { link, fallback } = ready.link.report;
  const { command, agent } = session.state;
  const vaults = plan.vaults.map(({ name }) => name);
  const facts = { command, agent, workspace, link, policyHash: plan.hash, vaults };
  await audit.start({ ...facts, image: ready.image });
  audit.note("posture", { asserts: ready.asserts });
  const { noteWorkspace } = await import("./session-workspace.ts");
  noteWorkspace(files, audit, session.say);
  const { noteHistory } = await import("../sandbox/home/history/session-history.ts");
  noteHistory(ready.history, audit, session.say);
  const { signing } = plan.git;
  if (signing !== undefined) {
    const { key, vault } = signing;
    audit.note("signing", { key: `${vault.name}/${key.name}`, public: key.publicKey });
  }
  if (fallback !== undefined) audit.note("link-fallback", { reason: fallback });
}

async function runWatched(run: PreparedRun, ready: ReadySandbox): Promise<number> {
  const { session, files } = run;
  const { watchWorkspace } = await import("./session-workspace.ts");
  using watch = watchWorkspace(files, run.prepared.audit, session);
  void watch;
  const status = await runCommand(ready, run);
  session.status = status;
  return status;
}

/** Looks at what the run left while its sandbox is removed. */
async function endRun(run: PreparedRun, ready: ReadySandbox): Promise<Omit<EndedRun, "status">> {
  const { host, session, prepared, files } = run;
  const { audit } = prepared;
  // The stack goes through it again and throws what failed
  const removed = ready.remove();
  removed.catch(() => undefined);
  const looked = ready.scanHome?.(audit, session.say);
  const { endSessionWorkspace } = await import("./session-workspace.ts");
  const signal = host.ending.endsScan();
  const handoff = await endSessionWorkspace(files, { audit, onNote: session.say, signal });
  const finish = async (): Promise<void> => {
    if (handoff !== undefined)
      session.tell({ type: "handoff", session: session.state.id, handoff });
    await looked;
    await Promise.allSettled([removed, prepared.close()]);
  };
  const { link } = ready.link.report;
  return { prepared, link, handoff, finish };
}
