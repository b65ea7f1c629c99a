import {
  headBombs,
  idleTunnels,
  manyNames,
  type Pressure,
  slowHeads,
} from "../../support/proxy-pressure.ts";

/** What floods; `busy` is the control: processes that use the machine about as much and send nothing. */
export const floodNames = ["bombs", "names", "heads", "tunnels", "busy"] as const;
export type FloodName = (typeof floodNames)[number];

/** Rules for what the floods name, beside those for the stand-in: nothing of it is refused for its host. */
export const floodRules = ["* https://up.example/**", "* https://*.names.example/**"] as const;

export function toPressure(name: FloodName): Pressure {
  switch (name) {
    case "bombs":
      return headBombs(32);
    case "names":
      return manyNames(100_000);
    case "heads":
      return slowHeads(10_000);
    case "tunnels":
      return idleTunnels(10_000);
    case "busy":
      return busyLoop;
  }
}

/** It works for so long and rests for as long, in turn, ms. */
const sliceMs = 5;

const busyLoop: Pressure = {
  name: "a process that is busy half of the time",
  start: () => {
    const timer = setInterval(() => {
      const end = performance.now() + sliceMs;
      while (performance.now() < end);
    }, 2 * sliceMs);
    return Promise.resolve(() => clearInterval(timer));
  },
};
