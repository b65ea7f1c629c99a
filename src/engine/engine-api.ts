import { createRequire, Module } from "node:module";
import type { Socket } from "node:net";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { EngineApiError, SilentEngineError } from "./engine-error.ts";
import { type EngineEndpoint, withoutServerName } from "./engine-endpoint.ts";

/** One call of the engine's HTTP API. */
export interface EngineCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Without the query */
  readonly path: string;
  /** An array is sent as a repeated parameter */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Sent as JSON */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Sent as it is: a tar */
  readonly file?: NodeJS.ReadableStream | Buffer;
  readonly signal?: AbortSignal;
  /** Whether the engine answers when something has ended, or was built: nobody can say when that is */
  readonly waits?: boolean;
}

// `import` of node:http reads every export, and two of them load undici
const { globalAgent } = process.getBuiltinModule("node:http") as unknown as {
  // Documented for `new Agent`, and missing in its types
  readonly globalAgent: { readonly options: object };
};

/** How long an engine may take to answer, `ms`. */
interface AnswerLimits {
  /** The slowest answer is that a container has started, on a machine that does much else */
  readonly usual: number;
  /** Once it gave none; the next answer ends that */
  readonly silent: number;
}

const answerLimits: AnswerLimits = { usual: 120_000, silent: 10_000 };

/** The engine's HTTP API through dockerode's transport; a failed call throws EngineApiError or a connection error. */
export interface EngineApi {
  /** Whose API it is: Podman imitates the Docker Engine's */
  readonly isPodman: boolean;
  /** The parsed answer */
  readonly call: (call: EngineCall) => Promise<unknown>;
  /** The answer's body, as it comes */
  readonly stream: (call: EngineCall) => Promise<Readable>;
  /** A connection that was upgraded to a byte pipe in both directions */
  readonly upgrade: (call: EngineCall) => Promise<Socket>;
}

/** The part of docker-modem that is used; dockerode's own types call it `any`. */
interface Modem {
  dial: (
    options: Readonly<Record<string, unknown>>,
    done: (error: unknown, data: unknown) => void,
  ) => void;
}

const success = { 200: true, 201: true, 204: true, 304: true } as const;

/**
 * dockerode's transport, without dockerode's own objects: those bring BuildKit's gRPC along, which took two thirds of the
 * time to load and is never called here. Nor is its client of SSH, which took half of the rest: `parseDockerHost` refuses
 * such addresses.
 */
export function loadTransport(): new (options: Readonly<Record<string, unknown>>) => Modem {
  const require = createRequire(import.meta.url);
  const path = require.resolve("docker-modem");
  const ssh = join(dirname(path), "ssh.js");
  require.cache[ssh] ??= Object.assign(new Module(ssh), { loaded: true });
  return require(path);
}

/** Loads the transport, which takes about 20 ms. */
export async function openEngineApi(
  endpoint: EngineEndpoint,
  { isPodman }: Pick<EngineApi, "isPodman">,
  limits = answerLimits,
): Promise<EngineApi> {
  const options = await toDockerOptions(endpoint);
  const Transport = loadTransport();
  const modem = new Transport(options);
  let isSilent = false;
  const dial = (call: EngineCall, extra: Readonly<Record<string, unknown>>) =>
    new Promise<unknown>((resolve, reject) => {
      const ms = isSilent ? limits.silent : limits.usual;
      const late = new AbortController();
      const timer = call.waits === true ? undefined : setTimeout(() => late.abort(), ms).unref();
      const done = (error: unknown, data: unknown): void => {
        clearTimeout(timer);
        isSilent = late.signal.aborted;
        if (isSilent) reject(new SilentEngineError(ms));
        else if (error) reject(toApiError(error));
        else resolve(data);
      };
      // `_query` and `_body` keep docker-modem from repeating the body (and so the environment) in the URL
      const shape = { _query: call.query ?? {}, _body: call.body ?? {} };
      const signals = call.signal === undefined ? [] : [call.signal];
      const file = call.file === undefined ? {} : { file: call.file };
      modem.dial(
        {
          method: call.method,
          path: `${call.path}?`,
          options: shape,
          statusCodes: success,
          abortSignal: AbortSignal.any([late.signal, ...signals]),
          ...file,
          ...extra,
        },
        done,
      );
    });
  return {
    isPodman,
    call: (call) => dial(call, {}),
    stream: async (call) => (await dial(call, { isStream: true })) as Readable,
    upgrade: async (call) => {
      // An empty file makes the request's length 0: bytes of a body could reach the container as input
      const noBody = { file: Buffer.alloc(0), headers: { "Content-Type": "text/plain" } };
      const pipe = await dial(call, { isStream: true, hijack: true, ...noBody });
      if (isSocket(pipe)) return pipe;
      throw new EngineApiError(200, "it did not upgrade the connection to a byte pipe");
    },
  };
}

function isSocket(value: unknown): value is Socket {
  return typeof value === "object" && value !== null && "write" in value && "setNoDelay" in value;
}

async function toDockerOptions(endpoint: EngineEndpoint) {
  // `host: undefined` outweighs a DOCKER_HOST that docker-modem would read by itself
  if (endpoint.kind === "socket") {
    // docker-modem's requests go through it
    Object.assign(globalAgent.options, withoutServerName);
    return { socketPath: endpoint.path, host: undefined };
  }
  const { host, port, tls } = endpoint;
  if (tls === undefined) return { host, port, protocol: "http" as const };
  const { verify, ...pem } = tls;
  const { Agent } = await import("node:https");
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: verify, ...pem });
  return { host, port, protocol: "https" as const, agent, ...pem };
}

/** docker-modem's error carries the status and the engine's JSON; everything else is a connection error. */
function toApiError(error: unknown): unknown {
  if (!(error instanceof Error) || !("statusCode" in error)) return error;
  const status = typeof error.statusCode === "number" ? error.statusCode : 0;
  const json = "json" in error ? error.json : undefined;
  if (typeof json === "object" && json !== null && "message" in json) {
    if (typeof json.message === "string") return new EngineApiError(status, json.message);
  }
  // Streamed calls: docker-modem has put the engine's text behind its own prefix
  return new EngineApiError(status, error.message.replace(/^\(HTTP code \d+\) .*? - /, ""));
}
