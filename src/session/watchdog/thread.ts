// A thread of the session process. It ends the command when the process's own event loop can't: something of the
// sandbox's keeps it computing. It has no secret and no connection to the sandbox.
import { workerData } from "node:worker_threads";
import { slot, verdict, type WatchData } from "./watch-data.ts";

const tickMs = 250;
/** The session's own way of ending the command comes first. */
const graceMs = 2_000;
/** A longer tick means that the machine slept, or the process was stopped. */
const sleptMs = 2_000;
const againMs = 5_000;

const { shared, container, limitMs = Number.POSITIVE_INFINITY, busyMs } = workerData as WatchData;
const state = new Int32Array(shared);
let tickAt = performance.now();
const endsAt = tickAt + limitMs + graceMs;
let beats = 0;
let turnAt = tickAt;
let computedMs = 0;
let triedAt = Number.NEGATIVE_INFINITY;

function tick(): void {
  const now = performance.now();
  if (now - tickAt > sleptMs) turnAt = now;
  tickAt = now;
  const counted = Atomics.load(state, slot.beats);
  if (counted !== beats) {
    [beats, turnAt, computedMs] = [counted, now, toComputedMs()];
  }
  if (Atomics.load(state, slot.isSettled) === 1) return;
  const isBusy = now - turnAt >= busyMs && toComputedMs() - computedMs >= busyMs / 2;
  // Only while there is no turn: else the session ends it itself, and better
  const isLate = now >= endsAt && now - turnAt >= graceMs;
  if (!isBusy && !isLate) return;
  if (now - triedAt < againMs) return;
  triedAt = now;
  Atomics.store(state, slot.verdict, isLate ? verdict.timeLimit : verdict.busy);
  // Tried again while there is still no turn
  endCommand().catch(() => undefined);
}

/** Of all threads of this process; what only waits computes nothing. */
function toComputedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function endCommand(): Promise<void> {
  const { connectEngine } = await import("../../engine/connect-engine.ts");
  const engine = await connectEngine(process.env);
  const found = await engine.findContainer(container);
  await found?.kill("SIGKILL");
}

setInterval(tick, tickMs);
