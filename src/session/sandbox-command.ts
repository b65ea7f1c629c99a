import { VaultboxError } from "../base/errors.ts";
import { openEnding } from "./command-ending.ts";
import { toEndNote } from "../sandbox/limits/command-end.ts";
import { watchLimits } from "../sandbox/limits/limit-watch.ts";
import type { RunHost, RunRequest } from "./run-request.ts";
import type { SignalWatch } from "./signal-watch.ts";
import type { ReadySandbox } from "../sandbox/start-sandbox.ts";
import { timeoutStatus } from "./time-limit.ts";
import type { Watchdog } from "./watchdog/watchdog.ts";
import {
  continueStopped,
  followSize,
  isInteractive,
  joinStreams,
  openTerminal,
} from "./terminal/user-streams.ts";

const busyText =
  "warning: the command was ended: what it sent kept vaultbox computing, deaf to signals and time limits";

/** From `go` to the exit status. */
export async function runCommand(
  ready: ReadySandbox,
  request: RunRequest,
  host: RunHost,
  { signals, watchdog }: { readonly signals: SignalWatch; readonly watchdog: Watchdog },
): Promise<number> {
  const { container, pid, attachment, report, link } = ready;
  const tty = isInteractive(host);
  using terminal = tty ? await openTerminal(host) : undefined;
  void terminal;
  using size = tty ? followSize(host.stdout, container) : undefined;
  void size;
  using ending = openEnding(container, host);
  signals.forwardTo(ending.bySignal);
  const limitMs = toLimit(request);
  if (limitMs !== undefined) ending.byTimeLimit(limitMs);
  void link.ended.then((reason) => {
    if (!ending.isSettled()) host.onNote(`warning: the sandbox lost its way out: ${reason}`);
  });
  watchdog.watch({ container: container.id, limitMs });
  using limits = watchLimits({ id: container.id, pid });
  ready.go();
  await using streams = joinStreams(
    host,
    { attachment, stdout: report.rest },
    { tty, onLost: ending.byLostOutput, hurry: ending.hurry, onDropped: host.onDropped },
  );
  void streams;
  using continuing = tty ? continueStopped(host.stdin, container) : undefined;
  void continuing;
  const status = ending.settle(await waitFor(container));
  watchdog.settle();
  for (const note of limits.notes()) host.onNote(note);
  const isOurs = ending.wasKilled() || watchdog.verdict() !== undefined;
  const { memoryBytes } = request;
  const note = await toEndNote(container, host.engine, { status, isOurs, memoryBytes });
  if (note !== undefined) host.onNote(note);
  if (watchdog.verdict() === "busy") host.onNote(busyText);
  return watchdog.verdict() === "time-limit" ? timeoutStatus : status;
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
