import { createWorld } from "../support/sandbox-world.ts";
import { countLeftBehind, isNothing } from "./left-behind.ts";
import type { SoakPart } from "./soak-part.ts";

const script = 'curl -s -o /dev/null -w "%{http_code}" http://refused.example/; sleep 5';

/** Sessions of one user that run at the same time, each with its own proxy and log. */
export const sessionsAtOnce: SoakPart = {
  name: "at-once",
  rounds: 10,
  run: async (rounds) => {
    await using world = await createWorld();
    const running = Array.from({ length: rounds }, () =>
      world.run(["run", "--quiet", "--", "sh", "-c", script], { timeoutMs: 300_000 }),
    );
    const results = await Promise.all(running);
    const failures = results
      .filter(({ status, stdout }) => status !== 0 || stdout !== "403")
      .map(({ status, stdout, stderr }) => `${status} ${stdout} ${stderr}`);
    const left = await countLeftBehind(world);
    return { passed: failures.length === 0 && isNothing(left), figures: { failures, left } };
  },
};
