import { agentProfiles } from "../../src/agents/select-agent.ts";
import { toAgentPackage } from "../../src/agents/agent-profile.ts";
import { connectEngine } from "../../src/engine/connect-engine.ts";
import { ensureAgentImage } from "../../src/engine/image/agent-image.ts";
import { ensureBaseImage } from "../../src/engine/image/base-image.ts";
import { ensureRelayImage } from "../../src/engine/image/relay-image.ts";
import { toPrintable } from "../../src/base/printable.ts";
import { testImageOptions } from "../support/require-engine.ts";
import { say } from "./test-machine.ts";

/** Builds every image that tests use, so that no test waits for one. @returns their tags */
export async function buildTestImages(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const engine = await connectEngine(env);
  let last = "";
  const options = {
    ...testImageOptions,
    env,
    onProgress: ({ step }: { readonly step: string }) => {
      if (step !== last) say(toPrintable(step));
      last = step;
    },
  };
  const startedAt = performance.now();
  const tags = [await ensureBaseImage(engine, options), await ensureRelayImage(engine, options)];
  for (const profile of agentProfiles) {
    const agent = toAgentPackage(profile);
    if (agent !== undefined) tags.push(await ensureAgentImage(engine, agent, options));
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`images ready after ${seconds} s: ${tags.join(", ")}`);
  return tags;
}
