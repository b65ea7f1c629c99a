import type { RequestOptions } from "node:https";
import type { EngineEndpoint } from "./engine-endpoint.ts";

// `import` of node:http reads every export, and two of them load undici: 22 ms before the first call
const { request: httpRequest } = process.getBuiltinModule("node:http");

/** How long an engine may take to answer a ping, in milliseconds */
const pingTimeoutMs = 4000;
/** Podman's answer has it (libpod, pkg/api/server), no other engine's. */
const podmanHeader = "libpod-api-version";

/** What came of a ping: an engine, and whether that is Podman, or why there is none. */
export type PingAnswer =
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
  if (endpoint.kind === "socket") return { socketPath: endpoint.path, agent: false };
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
