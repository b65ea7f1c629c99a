import { setTimeout as sleep } from "node:timers/promises";

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
