import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createCanary } from "./canary.ts";
import { createTestCa } from "./test-ca.ts";
import { startTlsUpstream } from "./upstream.ts";

export const lfsGitHost = "git.example.test";
export const storageHost = "store.example.test";
export const otherHost = "other.example.test";

/** A request that reached one of the hosts. */
export interface LfsArrival {
  /** `METHOD host/path`, without the query */
  readonly line: string;
  readonly query: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface LfsServer extends AsyncDisposable {
  readonly port: number;
  readonly caPem: string;
  /** The git host's own token; only vaultbox has it */
  readonly token: string;
  /** What the server tells the client to send to the storage, which vaultbox must keep: header, query, verify */
  readonly secrets: { readonly header: string; readonly query: string; readonly verify: string };
  readonly arrived: readonly LfsArrival[];
  /** Object id → content */
  readonly stored: ReadonlyMap<string, Buffer>;
}

export interface LfsServerOptions {
  /** Where the batch answer sends clients to (default: the storage) */
  readonly storage?: string;
  /** The storage sends downloads on to this host, with a signed address */
  readonly redirectTo?: string;
  /** The storage answers everything with this status, and repeats the request */
  readonly failWith?: number;
}

interface World {
  readonly options: LfsServerOptions;
  readonly token: string;
  readonly secrets: LfsServer["secrets"];
  readonly stored: Map<string, Buffer>;
  readonly locks: Map<string, { id: string; path: string; locked_at: string; owner: unknown }>;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A git host's LFS server and a storage on a host of another name, on one port of loopback. The server wants its token,
 * the storage wants what the server told: a header and a query parameter.
 */
export async function startLfsServer(options: LfsServerOptions = {}): Promise<LfsServer> {
  const ca = createTestCa();
  const arrived: LfsArrival[] = [];
  const world: World = {
    options,
    token: createCanary(),
    secrets: { header: createCanary(), query: createCanary(), verify: createCanary() },
    stored: new Map(),
    locks: new Map(),
  };
  const upstream = await startTlsUpstream({
    ca,
    hosts: [lfsGitHost, storageHost, otherHost],
    handler: (request, response) => {
      const answer = (body: Buffer): void => {
        const { method = "", url = "/", headers } = request;
        const { pathname, search } = new URL(url, "https://x");
        const host = headers.host ?? "";
        const line = `${method} ${host}${pathname}`;
        arrived.push({ line, query: search, headers, body: body.toString("latin1") });
        const call = { method, host, path: pathname, query: search, headers, body };
        send(
          response,
          host === lfsGitHost ? answerServer(world, call) : answerStorage(world, call),
        );
      };
      // A request that ends early never arrived
      readBody(request).then(answer, () => response.destroy());
    },
  });
  return {
    port: upstream.port,
    caPem: ca.certPem,
    token: world.token,
    secrets: world.secrets,
    arrived,
    stored: world.stored,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}

interface Call {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Fields of a body, as far as there are any: attacks arrive here too, where nothing guards it. */
function fieldsOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString("utf8")) as Record<string, unknown>;
  } catch {
    // Not JSON
    return {};
  }
}

const lfsRoot = "/acme/widgets.git/info/lfs";

function answerServer(world: World, call: Call): Answer {
  const { path, headers } = call;
  if (path === "/acme/widgets.git/verify") {
    const isOurs = headers.authorization === `RemoteAuth ${world.secrets.verify}`;
    const { oid } = fieldsOf(call.body);
    return isOurs && world.stored.has(String(oid)) ? { status: 200 } : { status: 403 };
  }
  const basic = Buffer.from(`x-access-token:${world.token}`).toString("base64");
  if (headers.authorization !== `Basic ${basic}`) {
    return { status: 401, body: { message: "no" }, headers: { "LFS-Authenticate": "Basic" } };
  }
  if (path === `${lfsRoot}/objects/batch`) return answerBatch(world, call);
  return path.startsWith(`${lfsRoot}/locks`) ? answerLocks(world, call) : { status: 404 };
}

function answerBatch({ secrets, stored, options }: World, { body }: Call): Answer {
  const { operation, objects = [] } = fieldsOf(body) as {
    operation?: string;
    objects?: { oid: string; size: number }[];
  };
  const toAction = (oid: string) => ({
    href: `https://${options.storage ?? storageHost}/objects/${oid}?X-Amz-Signature=${secrets.query}`,
    header: { Authorization: `RemoteAuth ${secrets.header}` },
    expires_in: 3600,
  });
  const verify = {
    href: `https://${lfsGitHost}/acme/widgets.git/verify`,
    header: { Authorization: `RemoteAuth ${secrets.verify}` },
  };
  return {
    status: 200,
    body: {
      transfer: "basic",
      objects: objects.map(({ oid, size }) => {
        if (operation === "upload") {
          return {
            oid,
            size,
            actions: stored.has(oid) ? undefined : { upload: toAction(oid), verify },
          };
        }
        return stored.has(oid)
          ? { oid, size, actions: { download: toAction(oid) } }
          : { oid, size, error: { code: 404, message: "no such object" } };
      }),
    },
  };
}

function answerLocks({ locks }: World, { method, path, body }: Call): Answer {
  if (method === "GET") return { status: 200, body: { locks: [...locks.values()] } };
  const fields = fieldsOf(body) as { path?: string };
  if (path.endsWith("/verify"))
    return { status: 200, body: { ours: [...locks.values()], theirs: [] } };
  const unlocked = /\/locks\/([^/]+)\/unlock$/.exec(path)?.[1];
  if (unlocked !== undefined) {
    const lock = locks.get(unlocked);
    locks.delete(unlocked);
    return { status: 200, body: { lock } };
  }
  const id = String(locks.size + 1);
  const lock = {
    id,
    path: fields.path ?? "",
    locked_at: "2026-11-21T12:00:00Z",
    owner: { name: "Ann" },
  };
  locks.set(id, lock);
  return { status: 201, body: { lock } };
}

function answerStorage(world: World, call: Call): Answer {
  const { secrets, stored, options } = world;
  const oid = call.path.replace(/^.*\//, "");
  const isSigned = call.query.includes(secrets.query);
  const isRedirected = call.host === options.redirectTo;
  if (options.failWith !== undefined) {
    const { query, headers } = call;
    const location = { Location: `https://${storageHost}/x${query}`, "X-Echo": query };
    return { status: options.failWith, body: { query, headers }, headers: location };
  }
  const hasHeader = call.headers.authorization === `RemoteAuth ${secrets.header}`;
  if (!isSigned || !(hasHeader || isRedirected))
    return { status: 403, body: { query: call.query } };
  if (call.method === "PUT") {
    if (createHash("sha256").update(call.body).digest("hex") !== oid) return { status: 422 };
    stored.set(oid, call.body);
    return { status: 200, headers: { "X-Echo": call.query } };
  }
  if (options.redirectTo !== undefined && !isRedirected) {
    const location = `https://${options.redirectTo}/cdn/${oid}?sig=${secrets.query}`;
    return { status: 302, headers: { Location: location }, body: { location } };
  }
  const content = stored.get(oid);
  return content === undefined ? { status: 404 } : { status: 200, body: content };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function send(response: ServerResponse, { status, body = "", headers = {} }: Answer): void {
  const isRaw = Buffer.isBuffer(body) || typeof body === "string";
  const type = isRaw ? "application/octet-stream" : "application/vnd.git-lfs+json";
  response.writeHead(status, { "Content-Type": type, ...headers });
  response.end(isRaw ? body : JSON.stringify(body));
}
