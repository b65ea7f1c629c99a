import { runDifferential } from "../support/run-differential.ts";
import type { SoakPart } from "./soak-part.ts";

/** Cases of one proxy and one upstream; names of upstream hosts are numbered from 0 in each. */
const batch = 5000;

/** Row 10 in full: what node and nginx read of generated requests is what the audit says was sent. */
export const proxyDifferential: SoakPart = {
  name: "differential",
  rounds: 50_000,
  run: async (rounds) => {
    const upstreams = [await compare("node", rounds), await compare("nginx", rounds)];
    const passed = upstreams.every(({ disagreements }) => disagreements.length === 0);
    return { passed, figures: { upstreams } };
  },
};

async function compare(
  upstream: "node" | "nginx",
  total: number,
): Promise<{ readonly disagreements: readonly string[] }> {
  const sum = { upstream, cases: 0, forwarded: 0, refused: 0 };
  const disagreements: string[] = [];
  for (let done = 0; done < total; done += batch) {
    const seed = 1 + done;
    const result = await runDifferential({ upstream, cases: Math.min(batch, total - done), seed });
    if (result === undefined) break;
    sum.cases += result.cases;
    sum.forwarded += result.forwarded;
    sum.refused += result.refused;
    disagreements.push(...result.disagreements.map((text) => `seed ${seed}: ${text}`));
  }
  return { ...sum, disagreements };
}
