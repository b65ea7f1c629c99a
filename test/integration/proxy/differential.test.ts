import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { disagreements, startSeeingUpstream } from "../../support/differential.ts";
import { sampleRequests } from "../../support/fuzz-requests.ts";
import { exchange, runDifferential } from "../../support/run-differential.ts";
import { recordScore } from "../../support/scoreboard.ts";

const cases = 4000;
const seed = Number(process.env["VAULTBOX_FUZZ_SEED"] ?? Date.now() % 1e9);

for (const upstream of ["node", "nginx"] as const) {
  test(`whatever goes upstream, ${upstream} reads it as our audit says`, async () => {
    const result = await runDifferential({ upstream, cases, seed });
    if (result === undefined) return;
    expect(result.disagreements, `seed ${seed}`).toEqual([]);
    expect(result.forwarded).toBeGreaterThan(cases / 10);
    expect(result.refused).toBeGreaterThan(cases / 10);
    const controlSucceeded = await naiveDisagreements(100);
    expect(controlSucceeded).toBeGreaterThan(0);
    recordScore({
      row: 10,
      test: `differential against ${upstream}`,
      attempts: cases,
      blocked: cases - result.disagreements.length,
      controlSucceeded,
    });
  }, 60_000);
}

/** How many cases a proxy that copies bytes, and believes their first Content-Length, gets wrong. */
async function naiveDisagreements(count: number): Promise<number> {
  const wrong = await Promise.all(
    sampleRequests(count, seed).map(async (text, index) => {
      await using upstream = await startSeeingUpstream();
      const bytes = text.replaceAll("HOST", `c${index}.fuzz.example`);
      const [, method = "", path = ""] = /^(\S+) (\S+)/.exec(bytes) ?? [];
      const length = /content-length:\s*(\d+)/i.exec(bytes)?.[1] ?? "0";
      const socket = connect({ port: upstream.port, host: "127.0.0.1" });
      await once(socket, "connect");
      await exchange(socket, Buffer.from(bytes, "latin1"));
      const believed = [`${method} c${index}.fuzz.example ${path} ${length}`];
      return upstream.seen.length > 0 && disagreements(believed, upstream.seen).length > 0;
    }),
  );
  return wrong.filter(Boolean).length;
}
