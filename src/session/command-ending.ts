import { setTimeout as sleep } from "node:timers/promises";
import type { RunningContainer } from "../engine/engine.ts";
import { toSignalStatus } from "../sandbox/limits/command-end.ts";
import { type EndingSignal, timeoutStatus, timeoutText, untilTimeLimit } from "./session-ending.ts";

/** How long a command may take to end after SIGTERM. */
const graceMs = 10_000;
/** And after SIGKILL. */
const unansweredMs = graceMs + 5_000;
/** How long a command that ignores SIGPIPE may go on without a reader. */
const ignoredPipeMs = 1_000;
/** As a shell reports the end by SIGPIPE. */
const lostOutputStatus = 141;

/**
 * What ends a command before it ends by itself: a signal, its time limit, the loss of its output. Disposed when all of
 * its output was passed on.
 */
export interface CommandEnding extends Disposable {
  /** Passes a signal on; `count` is 1 for the first one */
  readonly bySignal: (signal: EndingSignal, count: number) => void;
  /** Ends it after this time */
  readonly byTimeLimit: (ms: number) => void;
  /** Its output can't be passed on any more */
  readonly byLostOutput: (error: Error) => void;
  /** Aborted when it is to end now: output that its reader doesn't take from then on isn't waited for */
  readonly hurry: AbortSignal;
  /** The command has ended. @returns the status of the run, of the command's own */
  readonly settle: (status: number) => number;
  readonly isSettled: () => boolean;
  /** Whether it was sent SIGKILL from here */
  readonly wasKilled: () => boolean;
}

export function openEnding(
  container: RunningContainer,
  {
    say,
    giveUp,
  }: {
    readonly say: (text: string) => void;
    /** Called when the engine doesn't end the command: then at least its way out is to end, with this process */
    readonly giveUp: (status: number) => void;
  },
): CommandEnding {
  const hurry = new AbortController();
  const over = new AbortController();
  let isSettled = false;
  let wasKilled = false;
  let reason: "time limit" | "lost output" | undefined;
  // The container may end at the same moment, and an engine may never answer
  const send = (signal: NodeJS.Signals): void => {
    if (signal === "SIGKILL") wasKilled = true;
    void container.kill(signal).catch(() => undefined);
  };
  const sendLater = (signal: NodeJS.Signals, ms: number): void =>
    void setTimeout(() => send(signal), ms).unref();
  const terminate = (): void => {
    send("SIGTERM");
    sendLater("SIGKILL", graceMs);
  };
  const giveUpLater = async (status: number): Promise<void> => {
    await sleep(unansweredMs, undefined, { signal: over.signal });
    giveUp(status);
  };
  const expire = async (ms: number): Promise<void> => {
    await untilTimeLimit(ms, over.signal);
    hurry.abort();
    if (!isSettled) {
      reason = "time limit";
      say(`${timeoutText}; ending the command`);
      terminate();
    }
    await giveUpLater(timeoutStatus);
  };
  return {
    bySignal: (signal, count) => {
      // A command may take SIGINT for something else; the others mean the end
      const meansEnd = signal !== "SIGINT" || count > 1;
      if (meansEnd || isSettled) hurry.abort();
      send(count > 1 ? "SIGKILL" : signal);
      if (!meansEnd) return;
      sendLater("SIGKILL", graceMs);
      giveUpLater(toSignalStatus(signal)).catch(() => undefined);
    },
    byTimeLimit: (ms) => void expire(ms).catch(() => undefined),
    // It hears what a local one would whose reader has gone; one that doesn't end by it is told to
    byLostOutput: (error) => {
      reason ??= "lost output";
      const isClosed = "code" in error && error.code === "EPIPE";
      if (!isClosed)
        say(`warning: cannot pass the output on (${error.message}); ending the command`);
      send("SIGPIPE");
      setTimeout(terminate, ignoredPipeMs).unref();
    },
    hurry: hurry.signal,
    settle: (status) => {
      isSettled = true;
      if (reason === "time limit") return timeoutStatus;
      return reason === "lost output" ? lostOutputStatus : status;
    },
    isSettled: () => isSettled,
    wasKilled: () => wasKilled,
    [Symbol.dispose]: () => over.abort(),
  };
}
