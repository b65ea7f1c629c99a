// Row 10 in full: `node test/soak/proxy-differential.ts [--cases 100000] [--seed N]`. One line of JSON for each upstream.
import { parseArgs } from "node:util";
import { runDifferential } from "../support/run-differential.ts";

const { values } = parseArgs({
  options: { cases: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});
const total = Number(values.cases);
/** Cases of one proxy and one upstream; names of upstream hosts are numbered from 0 in each. */
const batch = 5000;

for (const upstream of ["node", "nginx"] as const) {
  const sum = { upstream, cases: 0, forwarded: 0, refused: 0 };
  const disagreements: string[] = [];
  for (let done = 0; done < total; done += batch) {
    const seed = Number(values.seed) + done;
    const result = await runDifferential({ upstream, cases: Math.min(batch, total - done), seed });
    if (result === undefined) break;
    sum.cases += result.cases;
    sum.forwarded += result.forwarded;
    sum.refused += result.refused;
    disagreements.push(...result.disagreements.map((text) => `seed ${seed}: ${text}`));
  }
  process.stdout.write(`${JSON.stringify({ ...sum, disagreements })}\n`);
}
