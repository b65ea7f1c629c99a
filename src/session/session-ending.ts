import { VaultboxError } from "../base/errors.ts";
import { toSignalStatus } from "../sandbox/limits/command-end.ts";
import { setTimeout as sleep } from "node:timers/promises";

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
export type EndingSignal = (typeof endingSignals)[number];

/** The session was told to end before its command began. */
export class InterruptedError extends VaultboxError {
  readonly status: number;

  constructor(signal: EndingSignal) {
    super("VBX_CANCELLED", `interrupted by ${signal}`);
    this.status = toSignalStatus(signal);
  }
}

/** The session was told to end, and something of it doesn't: its process is to end all the same, and its way out with it. */
export class GaveUpError extends VaultboxError {
  readonly status: number;

  constructor(status: number) {
    const left = "the sandbox may still run, and write in the workspace";
    super("VBX_CANCELLED", `gave up waiting; ${left}; to remove what is left: vaultbox prune`);
    this.status = status;
  }
}

/** A third signal so long after the first means that nothing helps: an engine that doesn't answer, for one. */
const patienceMs = 5_000;
const lastSignal = 3;

/** Takes a signal; `count` is 1 for the first one. */
type TakeSignal = (signal: EndingSignal, count: number) => void;

/**
 * How a session is asked to end. Before its command begins it's interrupted; then the command is asked; at last the look at
 * what it left is cut short.
 */
export class SessionEnding {
  /** Rejects at the first signal that comes before the command */
  readonly interrupted: Promise<never>;
  /** Rejects with a GaveUpError when nothing helps */
  readonly givenUp: Promise<never>;
  readonly #interrupt: (error: InterruptedError) => void;
  readonly #giveUp: (error: GaveUpError) => void;
  #received: EndingSignal[] = [];
  #firstAt = 0;
  #take: TakeSignal | undefined;

  constructor() {
    const [interrupted, givenUp] = [Promise.withResolvers<never>(), Promise.withResolvers<never>()];
    for (const { promise } of [interrupted, givenUp]) promise.catch(() => undefined);
    this.interrupted = interrupted.promise;
    this.#interrupt = interrupted.reject;
    this.givenUp = givenUp.promise;
    this.#giveUp = givenUp.reject;
  }

  /** Asks for it, as a person or a supervisor does. */
  readonly ask = (signal: EndingSignal): void => {
    if (this.#received.push(signal) === 1) this.#firstAt = performance.now();
    if (this.#received.length >= lastSignal && performance.now() - this.#firstAt >= patienceMs) {
      this.giveUp(toSignalStatus(signal));
    } else if (this.#take === undefined) this.#interrupt(new InterruptedError(signal));
    else this.#take(signal, this.#received.length);
  };

  giveUp(status: number): void {
    this.#giveUp(new GaveUpError(status));
  }

  /** @throws InterruptedError when a signal came */
  throwIfInterrupted(): void {
    const [first] = this.#received;
    if (first !== undefined) throw new InterruptedError(first);
  }

  /** From now on signals are the command's. */
  forwardTo(take: TakeSignal): void {
    this.throwIfInterrupted();
    this.#take = take;
  }

  /** From now on a signal ends what is done last, and not the process. One that came before was the command's. */
  endsScan(): AbortSignal {
    const look = new AbortController();
    this.#received = [];
    this.#take = () => look.abort();
    return look.signal;
  }
}

type Listener = (signal: NodeJS.Signals) => void;

/**
 * Catches the signals that would end this process, so that nothing is left behind. Other listeners are put aside until it's
 * disposed: when-exit (of conf) sends a signal it got to this process again, and the second one would mean "at once".
 */
export function watchSignals(onSignal: (signal: EndingSignal) => void): Disposable {
  const restore = endingSignals.map((signal) => {
    const aside = process.rawListeners(signal) as Listener[];
    const listener = (): void => onSignal(signal);
    process.removeAllListeners(signal);
    process.on(signal, listener);
    return () => {
      process.off(signal, listener);
      for (const one of aside) process.on(signal, one);
    };
  });
  return { [Symbol.dispose]: () => restore.forEach((one) => one()) };
}

/** Longest timer that Node can set in one go. */
const maxTimerMs = 2 ** 31 - 1;

/** As timeout(1) reports it. */
export const timeoutStatus = 124;
export const timeoutText = "the time limit of this session is reached";

/** Resolves once the time is up. @throws AbortError */
export async function untilTimeLimit(ms: number, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0; left -= maxTimerMs) {
    await sleep(Math.min(left, maxTimerMs), undefined, { signal });
  }
}
