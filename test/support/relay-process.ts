import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Attachment } from "../../src/engine/engine.ts";
import type { EstablishedLink, LinkChoice, LinkEnd } from "../../src/sandbox/link/link-end.ts";
import { openLink } from "../../src/sandbox/link/open-link.ts";
import type { ServicePort } from "../../src/relay/services.ts";
import { servicePorts } from "../../src/sandbox/sandbox-network.ts";

/** As `npm run build` made it, one file */
const relayProgram = fileURLToPath(new URL("../../dist/relay/main.js", import.meta.url));

export interface RelayProcess extends AsyncDisposable {
  readonly end: LinkEnd;
  readonly link: EstablishedLink;
  readonly child: ChildProcess;
  /** Where it listens for each service, and what is told of it */
  readonly ports: { proxy: number; http: number; https: number; dnsUdp: number; dnsTcp: number };
  readonly directory: string;
}

const anyPorts = servicePorts.map((one) => ({ ...one, address: "127.0.0.1", port: 0 }));

/** Runs the relay as a child process, joined to the host's end of the link as a container would be. */
export async function startRelay(options: {
  choice: LinkChoice;
  onConnection: (socket: Duplex, service: string) => void;
  /** Default: those of a sandbox, on any free port of 127.0.0.1 */
  services?: readonly ServicePort[];
  /** Changes the arguments the relay gets, to break the handshake */
  changeArguments?: (args: readonly string[]) => readonly string[];
}): Promise<RelayProcess> {
  const directory = await mkdtemp(join(tmpdir(), "vbl-"));
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const end = await openLink({
    choice: options.choice,
    directory,
    relayUser: user,
    mountedAt: directory,
    services: options.services ?? anyPorts,
    onStream: (service, stream) => options.onConnection(stream, service),
    timeoutMs: 15_000,
  });
  const args = options.changeArguments?.(end.relayArguments) ?? end.relayArguments;
  const child = spawn(process.execPath, [relayProgram, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const dispose = async (): Promise<void> => {
    await end.close();
    child.kill("SIGKILL");
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const link = await end.establish(toAttachment(child));
    return { end, link, child, ports: toPorts(link), directory, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function toPorts(link: EstablishedLink): RelayProcess["ports"] {
  return {
    proxy: toPort(link, "proxy"),
    http: toPort(link, "http"),
    https: toPort(link, "https"),
    dnsUdp: toPort(link, "dns-udp"),
    dnsTcp: toPort(link, "dns-tcp"),
  };
}

/** Where the relay listens for a service, or for one half of its resolver. */
export function toPort(link: EstablishedLink, name: string): number {
  const found = link.report.listening.find((one) => one.startsWith(`${name}:127.0.0.1:`));
  return Number(found?.split(":").at(-1));
}

function toAttachment(child: ChildProcess): Attachment {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error("no pipes");
  stdin.on("error", () => undefined);
  return {
    stdin,
    stdout,
    stderr,
    duplex: () => Duplex.from({ readable: stdout, writable: stdin }),
    close: () => stdin.destroy(),
  };
}
