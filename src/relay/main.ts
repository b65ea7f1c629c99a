// The program in the relay container: bytes in, bytes out. It holds no secret and no policy, reads no file but the
// mounted socket, and imports nothing but Node. Status goes to stderr, one JSON object per line; stdout belongs to the
// stdio link. It ends when its stdin or the link ends: a session process that died leaves no way out of the sandbox.
import { openListeners } from "./listeners.ts";
import { parseRelayOptions, type RelayOptions } from "./options.ts";
import type { RelayLink } from "./relay-link.ts";
import { openUnixLink } from "./unix-link.ts";

function report(status: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify(status)}\n`);
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function openLink(options: RelayOptions): Promise<RelayLink> {
  if (options.link !== "stdio") {
    try {
      return watchStdin(await openUnixLink(options.socket, options.nonce));
    } catch (error) {
      if (options.link === "unix") throw error;
      report({ relay: "fallback", reason: toReason(error) });
    }
  }
  // Loaded only where it's needed: HTTP/2 doubles the relay's start
  const { openStdioLink } = await import("./stdio-link.ts");
  return openStdioLink();
}

/** With a mounted socket stdin carries nothing, and its end says that the session process is gone. */
function watchStdin(link: RelayLink): RelayLink {
  const ended = new Promise<string>((resolve) => {
    process.stdin.once("close", () => resolve("stdin ended"));
    process.stdin.once("end", () => resolve("stdin ended"));
    process.stdin.on("error", () => resolve("stdin failed"));
    process.stdin.resume();
  });
  return { ...link, closed: Promise.race([link.closed, ended]) };
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
  const options = parseRelayOptions(process.argv.slice(2));
  const link = await openLink(options);
  const listeners = await openListeners(options.services, link).catch((error: unknown) => {
    link.close();
    throw error;
  });
  report({
    relay: "ready",
    link: link.kind,
    listening: listeners.listening,
    missing: listeners.missing,
    filtered: isFiltered(options.filterMark),
  });
  let stop: (reason: string) => void = () => undefined;
  const signalled = new Promise<string>((resolve) => {
    stop = resolve;
  });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => stop(signal));
  const reason = await Promise.race([link.closed, signalled]);
  listeners.close();
  link.close();
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
