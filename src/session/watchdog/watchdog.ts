import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { debug } from "../../base/debug.ts";
import { packageFolder } from "../../base/package-folder.ts";
import { slot, verdict, type WatchData } from "./watch-data.ts";

const program = join(packageFolder, "dist/watchdog/main.js");
const beatMs = 500;
const defaultBusyMs = 20_000;
/** What it needs is the engine's client. */
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };

export interface Watchdog extends Disposable {
  /** The command has begun */
  readonly watch: (command: Pick<WatchData, "container" | "limitMs">) => void;
  /** Called before anything of the sandbox's is worked on; starts the thread, once */
  readonly wake: () => void;
  /** The command has ended */
  readonly settle: () => void;
  /** Why the thread ended the command, if it did */
  readonly verdict: () => "time-limit" | "busy" | undefined;
}

/**
 * Ends a command whose sandbox keeps this process from its timers and signals. The thread is started by the first
 * connection: until then nothing of a sandbox's is worked on, and a run without network has none.
 */
export function openWatchdog({ busyMs = defaultBusyMs } = {}): Watchdog {
  const shared = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
  const state = new Int32Array(shared);
  let command: Pick<WatchData, "container" | "limitMs"> | undefined;
  let beginsAt = 0;
  let worker: Worker | undefined;
  let beat: NodeJS.Timeout | undefined;

  const start = (data: WatchData): Worker => {
    // Not loaded before it's needed, and without a turn of the event loop
    const threads = process.getBuiltinModule("node:worker_threads");
    const made = new threads.Worker(program, { workerData: data, execArgv: [], resourceLimits });
    made.on("error", (error) => debug("watchdog", String(error)));
    made.unref();
    return made;
  };
  return {
    watch: (wanted) => {
      command = wanted;
      beginsAt = performance.now();
    },
    wake: () => {
      if (worker !== undefined || command === undefined) return;
      const { container, limitMs } = command;
      const leftMs = limitMs === undefined ? undefined : limitMs - (performance.now() - beginsAt);
      worker = start({ shared, container, limitMs: leftMs, busyMs });
      beat = setInterval(() => Atomics.add(state, slot.beats, 1), beatMs).unref();
    },
    settle: () => void Atomics.store(state, slot.isSettled, 1),
    verdict: () => {
      const found = Atomics.load(state, slot.verdict);
      if (found === verdict.none) return undefined;
      return found === verdict.timeLimit ? "time-limit" : "busy";
    },
    [Symbol.dispose]: () => {
      Atomics.store(state, slot.isSettled, 1);
      clearInterval(beat);
      void worker?.terminate();
    },
  };
}
