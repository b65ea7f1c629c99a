import { once } from "node:events";
import { chmod, lstat, readdir, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { toCaBundle } from "../ca/ca-bundle.ts";
import { VaultboxError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { atNamedPath, toPathReason } from "../base/fs/named-path.ts";
import type { Paths } from "../base/paths.ts";
import { quoted } from "../base/printable.ts";
import { maxSocketPathBytes } from "../sandbox/link/unix-link.ts";
import { endDeadProxies } from "./leftovers.ts";
import { type PreparedSession, prepareSession } from "./prepare-session.ts";
import { Session } from "./session.ts";
import { type SessionEnding, timeoutStatus, untilTimeLimit } from "./session-ending.ts";
import type { SessionPlan } from "./plan/session-plan.ts";

export interface StandaloneProxyOptions {
  readonly paths: Paths;
  readonly plan: SessionPlan;
  /** The folder whose project file counts */
  readonly workspace: string;
  readonly socketPath: string;
  /** Where the certificate bundle for clients is written */
  readonly caOutPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly ending: SessionEnding;
  /** Called once clients can connect */
  readonly onListening: (session: string, prepared: PreparedSession) => void;
}

/**
 * What `run` starts inside, alone on a unix socket of mode 0600: for people who bring their own sandbox.
 * Whoever can connect to the socket is the session. It serves until it's asked to end, or the policy's duration is over.
 * @returns its exit status
 */
export async function runStandaloneProxy(options: StandaloneProxyOptions): Promise<number> {
  const { paths, workspace, ending } = options;
  await endDeadProxies(paths);
  // Its clients write what they can without it: nothing of theirs is a sandbox's of ours
  const facts = { kind: "proxy", command: [], agent: "", workspace, writable: [] } as const;
  await using session = await Session.begin(paths, facts);
  await listenFor(session, options);
  session.status = 0;
  session.status = await untilEnd(options.plan.policy.limits.durationMs, ending);
  return session.status;
}

async function listenFor(session: Session, options: StandaloneProxyOptions): Promise<void> {
  const { plan, caOutPath, socketPath, env, onListening } = options;
  const facts = { agent: plan.agent.name };
  const prepared = await prepareSession(session, plan, { env, facts });
  const vaults = plan.vaults.map(({ name }) => name);
  await prepared.audit.start({ command: [], policyHash: plan.hash, vaults });
  const bundle = toCaBundle(prepared.ca.certificatePem);
  await atNamedPath("cannot write", caOutPath, () =>
    writeFileAtomic(caOutPath, bundle, { mode: 0o644 }),
  );
  const server = await listen(socketPath, (socket) => prepared.proxy.accept(socket));
  // The connections that it has are the proxy's to end
  session.stack.defer(() => void server.close());
  onListening(session.state.id, prepared);
}

async function untilEnd(
  durationMs: number | undefined,
  { interrupted }: SessionEnding,
): Promise<number> {
  const asked = interrupted.catch(() => 0);
  if (durationMs === undefined) return await asked;
  const clock = new AbortController();
  const expired = untilTimeLimit(durationMs, clock.signal).then(() => timeoutStatus);
  const status = await Promise.race([asked, expired]);
  expired.catch(() => undefined);
  clock.abort();
  return status;
}

type Accept = (socket: Socket) => void;

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
