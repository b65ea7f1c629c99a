import { gitEntries } from "../../src/git/entry/git-entries.ts";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import type { Duplex } from "node:stream";
import { join } from "node:path";
import type { AuditEvent } from "../../src/audit/audit-event.ts";
import { createSessionCa, type SessionCa } from "../../src/ca/session-ca.ts";
import type { GitRule } from "../../src/git/entry/git-rule.ts";
import type { SessionLimits } from "../../src/policy/policy.ts";
import { parseRule } from "../../src/policy/parse-rule.ts";
import type { Dialer } from "../../src/proxy/upstream/dial.ts";
import type { OpenHandlers } from "../../src/http/handler.ts";
import { ProxyServer } from "../../src/proxy/proxy-server.ts";
import type { SessionCredential } from "../../src/credential/session-credential.ts";

export interface ProxyFixture extends AsyncDisposable {
  /** The proxy's unix socket */
  readonly path: string;
  readonly ca: SessionCa;
  readonly events: AuditEvent[];
  readonly connect: () => Promise<Socket>;
  /** Decides by these rules, and their handlers, from now on */
  readonly replaceRules: (rules: readonly string[], handlers?: OpenHandlers) => void;
  /** Hands it a connection of another kind, or of one service */
  readonly accept: (socket: Duplex, service?: string) => void;
}

export interface ProxyFixtureOptions {
  readonly rules: readonly string[];
  /** Rules that deny */
  readonly denials?: readonly string[];
  readonly dialer: Dialer;
  readonly credentials?: readonly SessionCredential[];
  readonly limits?: SessionLimits;
  readonly websocket?: boolean;
  readonly clientCredentials?: "refuse" | "pass";
  readonly handlers?: OpenHandlers;
  /** `git:` entries of the policy */
  readonly git?: readonly GitRule[];
  /** Called instead of recording a decision */
  readonly onDecision?: () => Promise<void>;
  /** Called before an outcome is recorded */
  readonly onOutcome?: () => void;
  /** Stands in for the session's CA */
  readonly wrapCa?: (ca: SessionCa) => SessionCa;
}

const source = { kind: "flag", label: "--allow" } as const;

/** A real proxy on a unix socket, its audit kept in memory. */
export async function startProxy(options: ProxyFixtureOptions): Promise<ProxyFixture> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-proxy-"));
  const path = join(folder, "s");
  const events: AuditEvent[] = [];
  const sessionCa = await createSessionCa({ name: "test" });
  const ca = options.wrapCa?.(sessionCa) ?? sessionCa;
  const proxy = new ProxyServer({
    policy: {
      rules: [
        ...options.rules.map((text) => toRule(text, options)),
        ...(options.denials ?? []).map((text) => parseRule(text, { source, effect: "deny" })),
      ],
      limits: options.limits ?? {},
      ...(options.git === undefined ? {} : { entries: [{ kind: gitEntries, items: options.git }] }),
    },
    credentials: options.credentials ?? [],
    recorder: {
      decision: async (event) => {
        await options.onDecision?.();
        events.push(event);
      },
      outcome: (event) => {
        options.onOutcome?.();
        events.push(event);
      },
    },
    ca,
    dialer: options.dialer,
    ...(options.handlers === undefined ? {} : { handlers: options.handlers }),
  });
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    proxy.accept(socket),
  );
  server.listen(path);
  await once(server, "listening");
  return {
    path,
    ca,
    events,
    connect: () => connectTo(path),
    replaceRules: (rules, handlers) =>
      proxy.replacePolicy({
        policy: { rules: rules.map((text) => toRule(text, options)), limits: options.limits ?? {} },
        ...(handlers === undefined ? {} : { handlers }),
      }),
    accept: (socket, service) => proxy.accept(socket, service),
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await closeServer(server);
      await rm(folder, { recursive: true });
    },
  };
}

function toRule(text: string, options: ProxyFixtureOptions): ReturnType<typeof parseRule> {
  const rule = parseRule(text, { source });
  return {
    ...rule,
    websocket: options.websocket ?? rule.websocket,
    clientCredentials: options.clientCredentials ?? rule.clientCredentials,
  };
}

async function connectTo(path: string): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

async function closeServer(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}

/** An upstream that keeps every byte it got and answers each connection through `answer`. */
export interface RecordingUpstream extends AsyncDisposable {
  readonly port: number;
  readonly received: () => string;
  readonly connections: () => number;
}

export async function startRecordingUpstream(
  answer: (socket: Socket, received: string) => void = answerOk,
): Promise<RecordingUpstream> {
  const all: { text: string }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const own = { text: "" };
    all.push(own);
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      own.text += chunk.toString("latin1");
      answer(socket, own.text);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    received: () => all.map(({ text }) => text).join(""),
    connections: () => all.length,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await closeServer(server);
    },
  };
}

function answerOk(socket: Socket, received: string): void {
  if (received.endsWith("\r\n\r\n") || /\r\n\r\n[^]+$/.test(received)) {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }
}

/** Dials the given port in plain text, whatever the authority; for tests of what is before the dial. */
export function plainDialer(port: number): Dialer & { readonly dialled: string[] } {
  const dialled: string[] = [];
  return {
    dialled,
    dial: async (authority) => {
      dialled.push(`${authority.scheme}://${authority.host}:${authority.port}`);
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      socket.on("error", () => socket.destroy());
      await once(socket, "connect");
      return { socket, address: "127.0.0.1" };
    },
  };
}

/**
 * Writes, then reads until the peer closes, has said `until`, or is quiet for `quietMs` after its first bytes.
 * @param options.silent the peer may say nothing at all, which `quietMs` is enough to tell
 */
export async function talk(
  socket: Socket,
  bytes: string | Buffer,
  options: { quietMs?: number; until?: RegExp; silent?: boolean } = {},
): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("error", () => socket.destroy());
  const done = new Promise<void>((resolve) => {
    const { until } = options;
    // What is waited for comes, however busy the machine is
    const quietMs = until === undefined ? (options.quietMs ?? 300) : 20_000;
    let timer = setTimeout(resolve, options.silent === true ? quietMs : 20_000);
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      clearTimeout(timer);
      if (until?.test(Buffer.concat(chunks).toString("latin1")) === true) return resolve();
      timer = setTimeout(resolve, quietMs);
    });
    socket.on("end", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  await done;
  return Buffer.concat(chunks).toString("latin1");
}
