import { VaultboxError } from "../base/errors.ts";
import { writeLine } from "../base/print.ts";
import { toSignalStatus } from "../sandbox/limits/command-end.ts";

const watched = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
export type WatchedSignal = (typeof watched)[number];

/** The session process was told to end before the command began. */
export class InterruptedError extends VaultboxError {
  readonly status: number;

  constructor(signal: WatchedSignal) {
    super("VBX_CANCELLED", `interrupted by ${signal}`);
    this.status = toSignalStatus(signal);
  }
}

/** A third signal so long after the first means that nothing helps: an engine that doesn't answer, for one. */
const patienceMs = 5_000;
const lastSignal = 3;

type Listener = (signal: NodeJS.Signals) => void;

/**
 * Catches the signals that would end this process, so that nothing is left behind. Other listeners are put aside:
 * when-exit (of conf) sends a signal it got to this process again, and the second one would mean "at once".
 */
export class SignalWatch implements Disposable {
  readonly #aside = new Map<WatchedSignal, readonly Listener[]>();
  #received: WatchedSignal[] = [];
  #firstAt = 0;
  #forward: ((signal: WatchedSignal, count: number) => void) | undefined;
  #interrupt: (error: InterruptedError) => void = () => undefined;
  /** Rejects at the first signal that nobody forwards */
  readonly interrupted: Promise<never>;

  constructor() {
    this.interrupted = new Promise((_, reject) => {
      this.#interrupt = reject;
    });
    this.interrupted.catch(() => undefined);
    for (const signal of watched) {
      this.#aside.set(signal, process.rawListeners(signal) as Listener[]);
      process.removeAllListeners(signal);
      process.on(signal, this.#onSignal);
    }
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const known = watched.find((one) => one === signal);
    if (known === undefined) return;
    if (this.#received.push(known) === 1) this.#firstAt = performance.now();
    if (this.#received.length >= lastSignal && performance.now() - this.#firstAt >= patienceMs) {
      giveUp(toSignalStatus(known));
    }
    if (this.#forward === undefined) this.#interrupt(new InterruptedError(known));
    else this.#forward(known, this.#received.length);
  };

  /** @throws InterruptedError when a signal came */
  throwIfInterrupted(): void {
    const [first] = this.#received;
    if (first !== undefined) throw new InterruptedError(first);
  }

  /** From now on signals are the command's; `count` is 1 for the first one. */
  forwardTo(forward: (signal: WatchedSignal, count: number) => void): void {
    this.throwIfInterrupted();
    this.#forward = forward;
  }

  /**
   * From now on a signal ends what is done last, the look at what the sandbox left, and not the process. One that came
   * before was the command's.
   */
  endsScan(): AbortSignal {
    const look = new AbortController();
    this.#received = [];
    this.#forward = () => look.abort();
    return look.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of watched) {
      process.off(signal, this.#onSignal);
      for (const listener of this.#aside.get(signal) ?? []) process.on(signal, listener);
    }
  }
}

/** The way out of the sandbox ends with this process; what is left is removed by the next run. */
export function giveUp(status: number): never {
  const left = "the sandbox may still run, and write in the workspace";
  writeLine("stderr", `vaultbox: gave up waiting; ${left}; to remove what is left: vaultbox prune`);
  leave(status);
}

/** Ends this process, which an open request to an engine that hangs, or a reader that takes nothing, would keep alive. */
export function leave(status: number): never {
  // eslint-disable-next-line unicorn/no-process-exit -- it doesn't end by itself
  process.exit(status);
}
