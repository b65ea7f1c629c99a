import { endingSignals, type EndingSignal } from "./session-ending.ts";

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
