import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Attachment } from "../../../src/engine/engine.ts";
import type { EstablishedLink, LinkChoice } from "../../../src/sandbox/link/link-end.ts";
import { createSessionId } from "../../../src/base/session-id.ts";
import { acquireRelay } from "../../../src/sandbox/link/acquire-relay.ts";
import type { ServicePort } from "../../../src/relay/protocol.ts";
import { servicePorts } from "../../../src/sandbox/sandbox-network.ts";

/** As `npm run build` made it, one file */
const relayProgram = fileURLToPath(new URL("../../../dist/relay/main.js", import.meta.url));

export interface RelayProcess extends AsyncDisposable {
  readonly link: EstablishedLink;
  readonly child: ChildProcess;
  /** Where it listens for each service, and what is told of it */
  readonly ports: { proxy: number; http: number; https: number; dnsUdp: number; dnsTcp: number };
  readonly directory: string;
}

export interface RelayProcessOptions {
  choice: LinkChoice;
  onConnection: (socket: Duplex, service: string) => void;
  /** Default: those of a sandbox, on any free port of 127.0.0.1 */
  services?: readonly ServicePort[];
  /** Changes what the session says to the relay, to break the handshake */
  changeLine?: (line: string) => string;
  /** Where the relay is told that the socket is; default: where it is */
  mountedAt?: string;
  /** The id that the relay says it has; default: the one it was started with */
  saysId?: string;
}

const anyPorts = servicePorts.map((one) => ({ ...one, address: "127.0.0.1", port: 0 }));

/** A relay that nobody has acquired, as a child process. */
export function spawnRelay(id: string): ChildProcess {
  return spawn(process.execPath, [relayProgram, `--id=${id}`], { stdio: ["pipe", "pipe", "pipe"] });
}

/** Runs the relay as a child process, and acquires it as a session would. */
export async function startRelay(options: RelayProcessOptions): Promise<RelayProcess> {
  const directory = await mkdtemp(join(tmpdir(), "vbl-"));
  const id = createSessionId();
  const child = spawnRelay(options.saysId ?? id);
  const { choice, mountedAt = directory } = options;
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const end = acquireRelay(
    { id, choice, directory, user, mountedAt },
    {
      session: createSessionId(),
      services: options.services ?? anyPorts,
      onStream: (service, stream) => options.onConnection(stream, service),
    },
    Promise.resolve(toAttachment(child, options.changeLine)),
  );
  const dispose = async (): Promise<void> => {
    await end.close();
    child.kill("SIGKILL");
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const link = await end.established;
    return { link, child, ports: toPorts(link), directory, [Symbol.asyncDispose]: dispose };
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

/** The child's pipes as the engine gives those of a container. */
export function toAttachment(
  child: ChildProcess,
  changeLine: (line: string) => string = (line) => line,
): Attachment {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error("no pipes");
  stdin.on("error", () => undefined);
  const said = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      stdin.write(changeLine(chunk.toString("utf8")));
      done();
    },
  });
  return {
    stdin: said,
    stdout,
    stderr,
    duplex: () => Duplex.from({ readable: stdout, writable: stdin }),
    close: () => stdin.destroy(),
  };
}
