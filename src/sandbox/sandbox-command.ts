import { setTimeout as sleep } from "node:timers/promises";
import type { RunHost, RunRequest } from "./run-request.ts";
import { giveUp, type SignalWatch, type WatchedSignal } from "./signal-watch.ts";
import type { ReadySandbox } from "./start-sandbox.ts";
import type { Watchdog } from "./watchdog/watchdog.ts";
import { timeoutStatus, timeoutText, untilTimeLimit } from "./time-limit.ts";
import {
  continueStopped,
  followSize,
  isInteractive,
  joinStreams,
  openTerminal,
} from "./user-streams.ts";

/** How long a command may take to end after SIGTERM. */
const graceMs = 10_000;
/** And after SIGKILL, when its time was up. */
const unansweredMs = graceMs + 5_000;
/** How long a command that ignores SIGPIPE may go on without a reader. */
const ignoredPipeMs = 1_000;
const busyText =
  "warning: the command was ended: what it sent kept vaultbox computing, deaf to signals and time limits";
/** As a shell reports the end by SIGPIPE. */
const lostOutputStatus = 141;

/** From `go` to the exit status. */
export async function runCommand(
  ready: ReadySandbox,
  request: RunRequest,
  host: RunHost,
  { signals, watchdog }: { readonly signals: SignalWatch; readonly watchdog: Watchdog },
): Promise<number> {
  const { container, attachment, report, link } = ready;
  const tty = isInteractive(host);
  using terminal = tty ? await openTerminal(host) : undefined;
  void terminal;
  using size = tty ? followSize(host.stdout, container) : undefined;
  void size;
  let isTold = false;
  signals.forwardTo((signal, count) => {
    isTold = true;
    forward(container, signal, count);
  });
  const limitMs = toLimit(request);
  using limit = startLimit(ready, limitMs, host);
  void link.ended.then((reason) => limit.onLinkEnded(reason));
  watchdog.watch({ container: container.id, limitMs });
  ready.go();
  const output = endOnLostOutput(container, host);
  await using streams = joinStreams(
    host,
    { attachment, stdout: report.rest },
    { tty, onLost: output.onLost, isHurried: () => isTold || limit.expired() },
  );
  void streams;
  using continuing = tty ? continueStopped(host.stdin, container) : undefined;
  void continuing;
  const status = await container.wait();
  limit.end();
  watchdog.settle();
  if (watchdog.verdict() === "busy") host.onNote(busyText);
  if (limit.expired() || watchdog.verdict() === "time-limit") return timeoutStatus;
  return output.isLost() ? lostOutputStatus : status;
}

/** The command hears what a local one would whose reader has gone; one that doesn't end by it is told to. */
function endOnLostOutput(
  container: ReadySandbox["container"],
  { onNote }: RunHost,
): { readonly onLost: (error: Error) => void; readonly isLost: () => boolean } {
  let isLost = false;
  const ignore = (): undefined => undefined;
  const onLost = (error: Error): void => {
    isLost = true;
    const isClosed = "code" in error && error.code === "EPIPE";
    if (!isClosed)
      onNote(`warning: cannot pass the output on (${error.message}); ending the command`);
    container.kill("SIGPIPE").catch(ignore);
    const tell = (): void => {
      container.kill("SIGTERM").catch(ignore);
      killLater(container);
    };
    setTimeout(tell, ignoredPipeMs).unref();
  };
  return { onLost, isLost: () => isLost };
}

function forward(container: ReadySandbox["container"], signal: WatchedSignal, count: number): void {
  const ignore = (): undefined => undefined;
  if (count > 1) {
    container.kill("SIGKILL").catch(ignore);
    return;
  }
  container.kill(signal).catch(ignore);
  // A command may take SIGINT for something else; the others mean the end
  if (signal !== "SIGINT") killLater(container);
}

function killLater(container: ReadySandbox["container"]): void {
  setTimeout(() => void container.kill("SIGKILL").catch(() => undefined), graceMs).unref();
}

interface Limit extends Disposable {
  readonly expired: () => boolean;
  readonly end: () => void;
  readonly onLinkEnded: (reason: string) => void;
}

/** `--timeout` or the policy's duration, whichever is over first */
function toLimit(request: RunRequest): number | undefined {
  const limits = [request.timeoutMs, request.plan.policy.limits.durationMs];
  const known = limits.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Ends the command at `--timeout` or the policy's duration, and tells the user when the way out breaks. */
function startLimit(ready: ReadySandbox, limitMs: number | undefined, host: RunHost): Limit {
  const abort = new AbortController();
  let expired = false;
  const wait = async (ms: number): Promise<void> => {
    await untilTimeLimit(ms, abort.signal);
    expired = true;
    host.onNote(`${timeoutText}; ending the command`);
    // Not waited for: an engine may never answer
    void ready.container.kill("SIGTERM").catch(() => undefined);
    killLater(ready.container);
    // An engine that doesn't end the command: then at least its way out ends, with this process
    await sleep(unansweredMs, undefined, { signal: abort.signal });
    giveUp(timeoutStatus);
  };
  // Aborted at the end of the run
  if (limitMs !== undefined) wait(limitMs).catch(() => undefined);
  return {
    expired: () => expired,
    end: () => abort.abort(),
    onLinkEnded: (reason) => {
      if (!abort.signal.aborted) host.onNote(`warning: the sandbox lost its way out: ${reason}`);
    },
    [Symbol.dispose]: () => abort.abort(),
  };
}
