import { setTimeout as sleep } from "node:timers/promises";
import type { RunHost, RunRequest } from "./run-request.ts";
import { giveUp, type SignalWatch, type WatchedSignal } from "./signal-watch.ts";
import type { ReadySandbox } from "./start-sandbox.ts";
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
/** As timeout(1) reports it. */
const timeoutStatus = 124;
/** Longest timer that Node can set in one go. */
const maxTimerMs = 2 ** 31 - 1;

/** From `go` to the exit status. */
export async function runCommand(
  ready: ReadySandbox,
  request: RunRequest,
  host: RunHost,
  signals: SignalWatch,
): Promise<number> {
  const { container, attachment, report, link } = ready;
  const tty = isInteractive(host);
  using terminal = tty ? await openTerminal(host) : undefined;
  void terminal;
  using size = tty ? followSize(host.stdout, container) : undefined;
  void size;
  signals.forwardTo((signal, count) => forward(container, signal, count));
  using limit = startLimit(ready, request, tty ? withCarriageReturns(host) : host);
  void link.ended.then((reason) => limit.onLinkEnded(reason));
  ready.go();
  await using streams = joinStreams(host, { attachment, stdout: report.rest }, tty);
  void streams;
  using continuing = tty ? continueStopped(host.stdin, container) : undefined;
  void continuing;
  const status = await container.wait();
  limit.end();
  return limit.expired() ? timeoutStatus : status;
}

/** For a terminal on which a line feed only moves down. */
export function withCarriageReturns(host: RunHost): RunHost {
  return {
    ...host,
    onNote: (text) => {
      host.stderr.write("\r");
      host.onNote(text);
      host.stderr.write("\r");
    },
  };
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

/** Ends the command at `--timeout` or the policy's duration, and tells the user when the way out breaks. */
function startLimit(ready: ReadySandbox, request: RunRequest, host: RunHost): Limit {
  const abort = new AbortController();
  let expired = false;
  const limits = [request.timeoutMs, request.plan.policy.limits.durationMs];
  const ms = Math.min(...limits.filter((one) => one !== undefined), Number.POSITIVE_INFINITY);
  const wait = async (): Promise<void> => {
    for (let left = ms; left > 0; left -= maxTimerMs) {
      await sleep(Math.min(left, maxTimerMs), undefined, { signal: abort.signal });
    }
    expired = true;
    host.onNote("the time limit of this session is reached; ending the command");
    // Not waited for: an engine may never answer
    void ready.container.kill("SIGTERM").catch(() => undefined);
    killLater(ready.container);
    // An engine that doesn't end the command: then at least its way out ends, with this process
    await sleep(unansweredMs, undefined, { signal: abort.signal });
    giveUp(timeoutStatus);
  };
  // Aborted at the end of the run
  if (Number.isFinite(ms)) wait().catch(() => undefined);
  return {
    expired: () => expired,
    end: () => abort.abort(),
    onLinkEnded: (reason) => {
      if (!abort.signal.aborted) host.onNote(`warning: the sandbox lost its way out: ${reason}`);
    },
    [Symbol.dispose]: () => abort.abort(),
  };
}
