import { noteHistory } from "../sandbox/home/history/session-history.ts";
import type { OnStream } from "../sandbox/link/read-service.ts";
import { type EarlyRelay, startRelay, type StartingRelay } from "../sandbox/start-relay.ts";
import { type ReadySandbox, startSandbox } from "../sandbox/start-sandbox.ts";
import type { Engine } from "../engine/engine.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { EndedRun } from "./run-sandbox.ts";
import { runCommand } from "./sandbox-command.ts";
import { buildRelayImage, ensureAgentImage } from "./session-images.ts";
import { endSessionWorkspace, noteWorkspace, watchWorkspace } from "./session-workspace.ts";
import { isInteractive } from "./terminal/user-streams.ts";

/** Makes the sandbox of a run, runs its command, and looks at what that left. */
export async function runPrepared(run: PreparedRun, early: EarlyRelay): Promise<EndedRun> {
  const ready = await launch(run, early);
  await recordStart(run, ready);
  const status = await runWatched(run, ready);
  return { status, ...(await endRun(run, ready)) };
}

async function launch(run: PreparedRun, early: EarlyRelay): Promise<ReadySandbox> {
  const { request, host, session, prepared, files } = run;
  const { interrupted } = host.ending;
  const engine = await Promise.race([host.engine, interrupted]);
  const relay = (await early.relay) ?? (await startRelayLate(run, engine));
  // The first build takes minutes, and leaves nothing of the session behind when it's given up
  const imageTag = await Promise.race([ensureAgentImage(engine, request, host), interrupted]);
  const onStream: OnStream = (service, stream) => {
    run.watchdog.wake();
    prepared.proxy.accept(stream, service);
  };
  const options = {
    request,
    session: { state: session.state, ca: prepared.ca, placeholders: prepared.placeholders },
    host: { paths: host.paths, env: host.env, onNote: session.say },
    engine,
    imageTag,
    relay,
    tty: host.streams !== undefined && isInteractive(host.streams),
    onStream,
    interrupted,
    files,
  };
  const ready = await startSandbox(options, session.stack);
  host.ending.throwIfInterrupted();
  return ready;
}

/** After its image was built. */
async function startRelayLate(
  { host, session, relay }: PreparedRun,
  engine: Engine,
): Promise<StartingRelay> {
  const image = await Promise.race([buildRelayImage(engine, host), host.ending.interrupted]);
  return await startRelay({ engine, image, ...relay }, session.stack);
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
  noteWorkspace(files, audit, session.say);
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
  const signal = host.ending.endsScan();
  const handoff = await endSessionWorkspace(files, { audit, onNote: session.say, signal });
  const finish = async (): Promise<void> => {
    if (handoff !== undefined)
      session.tell({ type: "handoff", session: session.state.id, handoff });
    await looked;
    await Promise.allSettled([removed, prepared.close()]);
  };
  const { link } = ready.link.report;
  return { prepared, policy: run.request.plan.policy, link, handoff, finish };
}
