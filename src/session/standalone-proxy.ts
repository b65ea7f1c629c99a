import { once } from "node:events";
import { chmod, lstat, readdir, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { dirname } from "node:path";
import { toCaBundle } from "../ca/ca-bundle.ts";
import { VaultboxError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { atNamedPath, toPathReason } from "../base/fs/named-path.ts";
import { quoted } from "../base/printable.ts";
import { maxSocketPathBytes } from "../sandbox/link/unix-link.ts";
import { openProxySession, type ProxySessionOptions } from "./proxy-session.ts";
import { timeoutStatus, untilTimeLimit } from "./time-limit.ts";

export interface StandaloneProxyOptions extends ProxySessionOptions {
  readonly socketPath: string;
  /** Where the certificate bundle for clients is written */
  readonly caOutPath: string;
}

export interface StandaloneProxy extends AsyncDisposable {
  readonly session: string;
  readonly auditPath: string;
  /** Environment variables a client would have in a sandbox; every value is a placeholder */
  readonly placeholders: Readonly<Record<string, string>>;
  /** Resolves when the policy's duration is over, or never; nothing is served any more */
  readonly expired: Promise<void>;
}

/**
 * What `run` starts inside, alone on a unix socket of mode 0600: for people who bring their own sandbox.
 * Whoever can connect to the socket is the session.
 */
export async function openStandaloneProxy(
  options: StandaloneProxyOptions,
): Promise<StandaloneProxy> {
  await using stack = new AsyncDisposableStack();
  const session = await openProxySession(options, stack);
  const { proxy, ca } = session;
  const { caOutPath } = options;
  const bundle = toCaBundle(ca.certificatePem);
  await atNamedPath("cannot write", caOutPath, () =>
    writeFileAtomic(caOutPath, bundle, { mode: 0o644 }),
  );
  const server = await listen(options.socketPath, (socket) => proxy.accept(socket));
  // The connections that it has are the proxy's to end
  stack.defer(() => void server.close());
  const clock = new AbortController();
  stack.defer(() => clock.abort());
  session.isBegun = true;
  const owned = stack.move();
  const { durationMs } = options.policy.limits;
  const expired = untilExpired(durationMs, clock.signal).then(() => {
    session.status = timeoutStatus;
    return owned.disposeAsync();
  });
  return {
    expired,
    session: session.session,
    auditPath: session.auditPath,
    placeholders: session.env,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type Accept = (socket: import("node:net").Socket) => void;

async function listen(path: string, accept: Accept): Promise<Server> {
  const bytes = Buffer.byteLength(path);
  if (bytes >= maxSocketPathBytes) {
    const why = `the path has ${bytes} bytes, and ${maxSocketPathBytes - 1} are the most for a socket`;
    throw cannotListen(path, why, "name a shorter one: --socket /tmp/p.sock");
  }
  await removeStaleSocket(path);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  // The file must never be connectable by others, not even between bind and chmod
  const umask = process.umask(0o177);
  try {
    server.listen(path);
    await once(server, "listening");
  } catch (error) {
    // libuv says EACCES for a folder that isn't there
    const cause = await readdir(dirname(path)).then(
      () => error,
      (fault: unknown) => fault,
    );
    throw cannotListen(path, toPathReason(cause), "name another place: --socket PATH", error);
  } finally {
    process.umask(umask);
  }
  await chmod(path, 0o600);
  return server;
}

function cannotListen(path: string, why: string, hint: string, cause?: unknown): VaultboxError {
  return new VaultboxError("VBX_LINK_FAILED", `cannot listen on ${quoted(path)}: ${why}`, {
    hints: [hint],
    cause,
  });
}

/** Removes a socket that nobody listens on any more; anything else at the path is an error. */
async function removeStaleSocket(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return;
  if (!stats.isSocket() || (await answers(path))) {
    throw cannotListen(path, "it is in use", "choose another --socket, or end the other proxy");
  }
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Pends for ever without a duration, and after the end. */
async function untilExpired(ms: number | undefined, signal: AbortSignal): Promise<void> {
  const never = new Promise<never>(() => undefined);
  if (ms === undefined) return await never;
  await untilTimeLimit(ms, signal).catch(() => never);
}
