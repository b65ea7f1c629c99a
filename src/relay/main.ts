// The program in the relay container: bytes in, bytes out. It holds no secret and no policy, reads no file but the
// mounted socket, and imports nothing but Node. It does nothing before a session acquires it (protocol.ts). It ends when
// its stdin or the link ends: a session process that died leaves no way out of the sandbox.
import { openListeners } from "./listeners.ts";
import type { Acquisition } from "./protocol.ts";
import type { RelayLink } from "./relay-link.ts";
import { SessionInput, type Report } from "./session-input.ts";
import { openUnixLink } from "./unix-link.ts";

interface RelayOptions {
  /** Its own id, which its container's label has too */
  readonly id: string;
  /** The process id that exists only for the system call filter; undefined outside a container (tests) */
  readonly filterMark: number | undefined;
}

/** Parses `--name=value` arguments; an unknown or missing one is an error, the host and the relay are of one version. */
function parseOptions(args: readonly string[]): RelayOptions {
  const values = new Map<string, string>();
  for (const argument of args) {
    const match = /^--(id|filter-mark)=([0-9a-f]+)$/.exec(argument);
    if (match === null) throw new Error(`unknown argument ${JSON.stringify(argument)}`);
    values.set(match[1] ?? "", match[2] ?? "");
  }
  const id = values.get("id");
  if (id === undefined) throw new Error("no --id");
  const mark = values.get("filter-mark");
  return { id, filterMark: mark === undefined ? undefined : Number(mark) };
}

const report: Report = (status) => {
  process.stderr.write(`${JSON.stringify(status)}\n`);
};

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function openLink(
  { link, socket, token }: Acquisition,
  session: SessionInput,
): Promise<RelayLink> {
  if (link !== "stdio") {
    try {
      const unix = await openUnixLink(socket, token);
      session.keep();
      return { ...unix, closed: Promise.race([unix.closed, session.ended]) };
    } catch (error) {
      if (link === "unix") throw error;
      report({ relay: "fallback", reason: toReason(error) });
    }
  }
  // Loaded only where it's needed: HTTP/2 doubles the relay's start
  const { openStdioLink } = await import("./stdio-link.ts");
  return openStdioLink(session.detach());
}

/** The filter answers for a process that doesn't exist (src/engine/seccomp/seccomp-profile.ts). */
function isFiltered(mark: number | undefined): boolean {
  try {
    return mark !== undefined && process.kill(mark, 0);
  } catch {
    // The kernel's own answer: there is no such process
    return false;
  }
}

async function main(): Promise<void> {
  const { id, filterMark } = parseOptions(process.argv.slice(2));
  const { promise: signalled, resolve: stop } = Promise.withResolvers<string>();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => stop(signal));
  const session = new SessionInput(process.stdin, { id, report });
  const acquired = await Promise.race([session.acquired, signalled]);
  if (typeof acquired === "string") return end(acquired);
  const link = await openLink(acquired, session);
  const listeners = await openListeners(acquired.services, link).catch((error: unknown) => {
    link.close();
    throw error;
  });
  report({
    relay: "ready",
    by: acquired.by,
    link: link.kind,
    listening: listeners.listening,
    missing: listeners.missing,
    filtered: isFiltered(filterMark),
  });
  const reason = await Promise.race([link.closed, signalled]);
  listeners.close();
  link.close();
  end(reason);
}

function end(reason: string): void {
  process.stdin.destroy();
  report({ relay: "ended", reason });
}

try {
  await main();
} catch (error) {
  report({ relay: "failed", reason: toReason(error) });
  process.exitCode = 1;
  process.stdin.destroy();
}
