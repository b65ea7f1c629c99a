import { createSessionId } from "../base/session-id.ts";
import { toRelayFolder } from "../base/session-state.ts";
import type { LinkKind } from "../sandbox/link/link-end.ts";
import { toSessionLabels } from "../sandbox/session-labels.ts";
import { type RelayOptions, startRelayEarly } from "../sandbox/start-relay.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import type { RunHost, RunOptions, RunResult } from "./plan/run-request.ts";
import type { PreparedSession } from "./prepare-session.ts";
import { resolveRunPlace, type RunPlace } from "./run-place.ts";
import { Session } from "./session.ts";
import { openWatchdog, type Watchdog } from "./watchdog/watchdog.ts";

/** A run under way. */
export interface SandboxRun {
  readonly options: RunOptions;
  readonly place: RunPlace;
  readonly host: RunHost;
  readonly session: Session;
  readonly relay: RelayChoice;
  readonly watchdog: Watchdog;
}

type RelayChoice = Omit<RelayOptions, "engine" | "image">;

/** A run whose command has ended and whose workspace was looked at: what fails from then on takes no report away. */
export interface EndedRun {
  readonly prepared: PreparedSession;
  readonly policy: EgressPolicy;
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
export async function runSandbox(options: RunOptions, host: RunHost): Promise<RunResult> {
  const place = await resolveRunPlace(options, host.paths);
  return await Promise.race([runSession(options, place, host), host.ending.givenUp]);
}

async function runSession(options: RunOptions, place: RunPlace, host: RunHost): Promise<RunResult> {
  const { workspace, writable } = place;
  const relayId = createSessionId();
  // Nothing of the command line yet: it's not known to be free of secrets
  const facts = { relay: relayId, command: [], agent: "", workspace, writable };
  const session = await Session.begin(host.paths, facts);
  session.listen(host.onEvent);
  const directory = toRelayFolder(host.paths, relayId);
  const labels = toSessionLabels(session.state);
  const relay = { identity: { id: relayId, directory, labels }, link: options.link };
  let ended: EndedRun | undefined;
  try {
    using watchdog = openWatchdog();
    await using whole = session;
    void whole;
    ended = await runToEnd({ options, place, host, session, relay, watchdog });
    await ended.finish();
  } catch (failure) {
    if (ended === undefined) throw failure;
    return { ...toResult(session, ended), failure };
  }
  return toResult(session, ended);
}

function toResult(session: Session, ended: EndedRun): RunResult {
  const { prepared, policy, status, link, handoff } = ended;
  return {
    session: session.state.id,
    status,
    link,
    policy,
    summary: prepared.summary.current(),
    auditPath: prepared.audit.path,
    ...(handoff === undefined ? {} : { handoff }),
  };
}

async function runToEnd(run: SandboxRun): Promise<EndedRun> {
  const early = startRelayEarly(run.host.engine, run.host.relayImage, run.relay);
  run.session.stack.use(early);
  // What is loaded and read from here on is done while the relay starts
  await early.underWay;
  const { prepareRun } = await import("./prepare-run.ts");
  const prepared = await prepareRun(run);
  const { runPrepared } = await import("./run-prepared.ts");
  return await runPrepared(prepared, early);
}
