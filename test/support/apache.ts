import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gitEnvironment } from "./git.ts";

/** Debian's apache2-bin: the program without a service that the package manager would start. */
const apache = "/usr/sbin/apache2";
/** apache doesn't serve as root; nobody, on Debian. */
export const serverUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
const startTimeoutMs = 10_000;
/** A free port may be taken before apache has it. */
const startAttempts = 5;

/** Starts apache with files below `folder`, which it may read; gives its port of 127.0.0.1. */
export async function startApache(
  folder: string,
  stack: AsyncDisposableStack,
  toConfig: (port: number) => string,
): Promise<number> {
  accessSync(apache);
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    await writeFile(join(folder, "apache.conf"), toConfig(port));
    // A test that runs out of time never gets to its end: the server ends with the process that started it
    const parent = ["--pdeathsig", "TERM", "--", apache];
    const options = ["-f", join(folder, "apache.conf"), "-D", "FOREGROUND"];
    // In a process group of its own: apache ends its whole group with itself, other tests' git among it
    const child = spawn("setpriv", [...parent, ...options], {
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: gitEnvironment["PATH"], LC_ALL: "C.UTF-8" },
      ...serverUser,
    });
    let complaint = "";
    child.stderr.on("data", (piece: Buffer) => (complaint += piece.toString("utf8")));
    const ended = once(child, "exit");
    const isUp = await takesConnections(port, () => child.exitCode !== null);
    if (isUp) {
      stack.defer(async () => {
        child.kill("SIGTERM");
        await ended;
      });
      return port;
    }
    child.kill("SIGKILL");
    await ended;
    if (attempt === startAttempts) {
      const log = await readFile(join(folder, "error.log"), "utf8").catch(() => "");
      throw new Error(`apache did not start: ${complaint}${log}`);
    }
  }
}

async function takesConnections(port: number, hasEnded: () => boolean): Promise<boolean> {
  const giveUpAt = Date.now() + startTimeoutMs;
  while (!hasEnded() && Date.now() < giveUpAt) {
    const socket = connect({ host: "127.0.0.1", port });
    const isUp = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return !hasEnded();
    await sleep(20);
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
