import { VaultboxError } from "../base/errors.ts";
import { debug } from "../base/debug.ts";
import { quoted, toPrintable } from "../base/printable.ts";
import { listEngineCandidates } from "./engine-candidates.ts";
import type { EngineCandidate } from "./engine-candidates.ts";
import { toDockerHost, type EngineEndpoint } from "./engine-endpoint.ts";
import { pingEngine, type PingAnswer } from "./ping-engine.ts";

/** An engine that answered. */
export interface FoundEngine {
  readonly endpoint: EngineEndpoint;
  readonly foundBy: string;
  readonly isPodman: boolean;
}

/**
 * The first engine that answers. One that the user named (DOCKER_HOST, a docker context) is the only one tried:
 * silently working on another machine would be worse than an error.
 * @throws VaultboxError VBX_ENGINE_UNREACHABLE, naming every attempt and why it failed
 */
export async function findEngine(env: NodeJS.ProcessEnv): Promise<FoundEngine> {
  const { explicit, candidates } = await listEngineCandidates(env);
  const failures: string[] = [];
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const { endpoint, foundBy } = candidate;
    const answer = await tryEndpoint(endpoint);
    if (answer.answers && endpoint.kind !== "unusable") {
      debug("docker", `engine found by ${foundBy}`);
      return { endpoint, foundBy, isPodman: answer.isPodman };
    }
    const why = answer.answers ? "" : answer.why;
    reasons.push(why);
    failures.push(`${explicit ? nameChosen(candidate) : foundBy}: ${why}`);
  }
  const tried = toPrintable(failures.join("; "));
  throw new VaultboxError("VBX_ENGINE_UNREACHABLE", `cannot reach a Docker Engine: ${tried}`, {
    hints: hintsFor({ explicit, denied: reasons.some((why) => why.startsWith("permission")) }),
  });
}

/** What the user named, with where that is; not as it was written, because that may hold a password. */
function nameChosen({ foundBy, endpoint }: EngineCandidate): string {
  return endpoint.kind === "unusable" ? foundBy : `${foundBy} (${quoted(toDockerHost(endpoint))})`;
}

async function tryEndpoint(endpoint: EngineCandidate["endpoint"]): Promise<PingAnswer> {
  if (endpoint.kind === "unusable") return { answers: false, why: endpoint.why };
  return await pingEngine(endpoint);
}

function hintsFor(failure: { explicit: boolean; denied: boolean }): readonly string[] {
  const hints: string[] = [];
  if (failure.denied) {
    hints.push(
      'to use the engine as this user: sudo usermod -aG docker "$USER", then log in again',
    );
  }
  hints.push(
    failure.explicit
      ? "no other engine was tried, because this one was named; unset it or start that engine"
      : "start Docker, or set DOCKER_HOST",
  );
  hints.push("see what was found with: vaultbox doctor");
  return hints;
}
