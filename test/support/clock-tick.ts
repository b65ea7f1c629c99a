import { setTimeout as sleep } from "node:timers/promises";
import { tickNs } from "../../src/workspace/clock-slack.ts";

/** Waits until a start no longer takes for new what is there: where this kernel stamps all of the workspace. */
export async function passClockTick(): Promise<void> {
  await sleep(4 * Number(tickNs / 1_000_000n));
}
