import { VaultboxError } from "../base/errors.ts";
import { debug } from "../base/debug.ts";
import { quoted, toPrintable } from "../base/printable.ts";
import { type EngineCandidate, listEngineCandidates } from "./engine-candidates.ts";
import { type EngineEndpoint, toDockerHost, withoutServerName } from "./engine-endpoint.ts";
import type { RequestOptions } from "node:https";

/** An engine that answered. */
interface FoundEngine {
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

// `import` of node:http reads every export, and two of them load undici: 22 ms before the first call
const { request: httpRequest } = process.getBuiltinModule("node:http");

/** How long an engine may take to answer a ping, in milliseconds */
const pingTimeoutMs = 4000;
/** Podman's answer has it (libpod, pkg/api/server), no other engine's. */
const podmanHeader = "libpod-api-version";

/** What came of a ping: an engine, and whether that is Podman, or why there is none. */
type PingAnswer =
  | { readonly answers: true; readonly isPodman: boolean }
  | { readonly answers: false; readonly why: string };

/** Asks whether an engine answers at the endpoint. */
export async function pingEngine(endpoint: EngineEndpoint): Promise<PingAnswer> {
  const usesTls = endpoint.kind === "tcp" && endpoint.tls !== undefined;
  const request = usesTls ? (await import("node:https")).request : httpRequest;
  return await new Promise((resolve) => {
    const fail = (why: string): void => resolve({ answers: false, why });
    const ping = request({ ...toRequestOptions(endpoint), path: "/_ping" }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      if (status === 200) resolve({ answers: true, isPodman: podmanHeader in response.headers });
      else fail(`it answered the ping with HTTP status ${status}`);
    });
    const timer = setTimeout(() => {
      ping.destroy();
      fail(`no answer within ${pingTimeoutMs} ms`);
    }, pingTimeoutMs);
    ping.on("close", () => clearTimeout(timer));
    ping.on("error", (error: NodeJS.ErrnoException) => fail(describe(error)));
    ping.end();
  });
}

function toRequestOptions(endpoint: EngineEndpoint): RequestOptions {
  if (endpoint.kind === "socket")
    return { socketPath: endpoint.path, agent: false, ...withoutServerName };
  const { host, port, tls } = endpoint;
  if (tls === undefined) return { host, port, agent: false };
  const { verify, ...pem } = tls;
  return { host, port, agent: false, rejectUnauthorized: verify, ...pem };
}

const reasonOfCode: Readonly<Record<string, string>> = {
  ENOENT: "there is no such socket",
  ENOTSOCK: "that is not a socket",
  ECONNREFUSED: "nothing listens there",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTFOUND: "the host name is unknown",
};

function describe(error: NodeJS.ErrnoException): string {
  return reasonOfCode[error.code ?? ""] ?? (error.message || (error.code ?? "unknown error"));
}
