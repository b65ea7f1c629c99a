// npm run soak [-- PART=ROUNDS...]: what takes too long for every test run. Without arguments all parts run in full; with
// them only the named ones, such as `cycles=5 kills=2`. One JSON line a part; the exit status is 1 when one failed.
import { proxyDifferential } from "./proxy-differential.ts";
import { proxyPressure } from "./proxy-pressure.ts";
import { sessionCycles } from "./session-cycles.ts";
import { sessionKills } from "./session-kills.ts";
import { sessionsAtOnce } from "./sessions-at-once.ts";
import type { SoakPart } from "./soak-part.ts";

const parts: readonly SoakPart[] = [
  sessionCycles,
  sessionKills,
  sessionsAtOnce,
  proxyDifferential,
  proxyPressure,
];

const wanted = new Map(
  process.argv.slice(2).map((argument) => {
    const [name = "", rounds] = argument.split("=");
    return [name, rounds === undefined ? undefined : Number(rounds)];
  }),
);
const unknown = [...wanted.keys()].filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(", ")}`);

for (const { name, rounds, run } of parts) {
  if (wanted.size > 0 && !wanted.has(name)) continue;
  const count = wanted.get(name) ?? rounds;
  const begun = performance.now();
  const { passed, figures } = await run(count);
  const seconds = Math.round((performance.now() - begun) / 1000);
  process.stdout.write(
    `${JSON.stringify({ part: name, rounds: count, passed, ...figures, seconds })}\n`,
  );
  if (!passed) process.exitCode = 1;
}
