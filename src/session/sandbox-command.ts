import { VaultboxError } from "../base/errors.ts";
import { type CommandEnding, openEnding } from "./command-ending.ts";
import { toEndNote } from "../sandbox/limits/command-end.ts";
import { type LimitWatch, watchLimits } from "../sandbox/limits/limit-watch.ts";
import type { RunHost, RunRequest } from "./plan/run-request.ts";
import type { ReadySandbox } from "../sandbox/start-sandbox.ts";
import type { Session } from "./session.ts";
import { timeoutStatus } from "./session-ending.ts";
import type { Watchdog } from "./watchdog/watchdog.ts";
import { attachTerminal, takeTerminal } from "./terminal/user-streams.ts";

const busyText =
  "warning: the command was ended: what it sent kept vaultbox computing, deaf to signals and time limits";

/** What a command runs in. */
interface CommandRun {
  readonly request: RunRequest;
  readonly host: RunHost;
  readonly session: Session;
  readonly watchdog: Watchdog;
}

/** From `go` to the exit status. */
export async function runCommand(ready: ReadySandbox, run: CommandRun): Promise<number> {
  const { host, session, watchdog } = run;
  const { container } = ready;
  using terminal = await takeTerminal(host.streams, container);
  const giveUp = (status: number): void => host.ending.giveUp(status);
  using ending = openEnding(container, { say: session.say, giveUp });
  host.ending.forwardTo(ending.bySignal);
  const limitMs = toLimit(run.request);
  if (limitMs !== undefined) ending.byTimeLimit(limitMs);
  void ready.link.ended.then((reason) => {
    if (!ending.isSettled()) session.say(`warning: the sandbox lost its way out: ${reason}`);
  });
  watchdog.watch({ container: container.id, limitMs });
  using limits = watchLimits({ id: container.id, pid: ready.pid });
  ready.go();
  const onDropped = (): void => session.tell({ type: "output-dropped" });
  await using attached = attachTerminal(host.streams, ready, {
    tty: terminal.isTty,
    onLost: ending.byLostOutput,
    hurry: ending.hurry,
    onDropped,
  });
  void attached;
  const status = ending.settle(await waitFor(container));
  watchdog.settle();
  await tellEnd(ready, run, { status, ending, limits });
  return watchdog.verdict() === "time-limit" ? timeoutStatus : status;
}

/** Says what the command had too little of, and who ended it. */
async function tellEnd(
  { container }: ReadySandbox,
  { request, host, session, watchdog }: CommandRun,
  end: { readonly status: number; readonly ending: CommandEnding; readonly limits: LimitWatch },
): Promise<void> {
  const outOfMemory = end.limits.ranOutOfMemory();
  for (const note of end.limits.notes()) session.say(note);
  const { status, ending } = end;
  const isOurs = ending.wasKilled() || watchdog.verdict() !== undefined;
  const { memoryBytes } = request;
  const note = await toEndNote(container, host.engine, {
    status,
    isOurs,
    outOfMemory,
    memoryBytes,
  });
  if (note !== undefined) session.say(note);
  if (watchdog.verdict() === "busy") session.say(busyText);
}

/** @throws VaultboxError when the engine went away: nobody knows whether the command still runs */
async function waitFor(container: ReadySandbox["container"]): Promise<number> {
  try {
    return await container.wait();
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    const text = `${error.message}; the command may still run, and what it left was not looked at`;
    throw new VaultboxError(error.code, text, {
      hints: [
        "when the engine answers again: vaultbox prune",
        "don't run git, an editor or a build in the workspace before that",
      ],
      cause: error,
    });
  }
}

/** `--timeout` or the policy's duration, whichever is over first */
function toLimit(request: RunRequest): number | undefined {
  const limits = [request.timeoutMs, request.plan.policy.limits.durationMs];
  const known = limits.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
