import { createWorld } from "../support/sandbox-world.ts";
import { countLeftBehind, isNothing } from "./left-behind.ts";
import type { SoakPart } from "./soak-part.ts";

/** Starts and ends sessions one after the other. */
export const sessionCycles: SoakPart = {
  name: "cycles",
  rounds: 100,
  run: async (rounds) => {
    await using world = await createWorld();
    const failures: string[] = [];
    const times: number[] = [];
    for (let index = 0; index < rounds; index += 1) {
      const begun = performance.now();
      const { stdout, stderr, status } = await world.run(["run", "--", "echo", String(index)]);
      times.push(performance.now() - begun);
      if (status !== 0 || stdout !== `${index}\n`) failures.push(`${index}: ${status} ${stderr}`);
    }
    const left = await countLeftBehind(world);
    const medianMs = Math.round(times.toSorted((a, b) => a - b)[rounds >> 1] ?? 0);
    return {
      passed: failures.length === 0 && isNothing(left),
      figures: { failures, medianMs, left },
    };
  },
};
