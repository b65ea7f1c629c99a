import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createWorld, untilClosed } from "../support/sandbox-world.ts";
import { countLeftBehind, isNothing } from "./left-behind.ts";
import type { SoakPart } from "./soak-part.ts";

/** From before the first file of a session until well after its command began. */
const latestKillMs = 3_000;
const command = "while :; do curl -s -m 1 http://refused.example/; echo x > file; done";

/** Kills session processes at random moments; the next command must leave nothing of them. */
export const sessionKills: SoakPart = {
  name: "kills",
  rounds: 20,
  run: async (rounds) => {
    await using world = await createWorld();
    const problems: string[] = [];
    let leftByKills = 0;
    for (let index = 0; index < rounds; index += 1) {
      const afterMs = randomInt(latestKillMs);
      const child = world.spawn(["run", "--", "sh", "-c", command]);
      await sleep(afterMs);
      child.kill("SIGKILL");
      await untilClosed(child);
      leftByKills += (await countLeftBehind(world)).containers;
      const next = await world.run(["run", "--", "true"]);
      const left = await countLeftBehind(world);
      if (next.status === 0 && isNothing(left)) continue;
      problems.push(`after ${afterMs} ms: ${next.status} ${JSON.stringify(left)} ${next.stderr}`);
    }
    // Kills that left nothing to clean up would prove nothing
    return { passed: problems.length === 0 && leftByKills > 0, figures: { problems, leftByKills } };
  },
};
