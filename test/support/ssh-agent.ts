import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface TestAgent extends AsyncDisposable {
  readonly socket: string;
  readonly add: (keyPath: string) => Promise<void>;
  readonly remove: (keyPath: string) => Promise<void>;
}

/** The real ssh-agent, without keys. */
export async function startSshAgent(): Promise<TestAgent> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-agent-"));
  const socket = join(folder, "s");
  const child = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  for (let tries = 0; tries < 100; tries++) {
    if (await stat(socket).catch(() => undefined)) break;
    await sleep(20);
  }
  return {
    socket,
    remove: async (path) => void (await execute("ssh-add", ["-q", "-d", path], { env })),
    add: async (path) => void (await execute("ssh-add", ["-q", path], { env })),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Something at an agent's socket that answers every connection in its own way. */
export async function startFalseAgent(
  answer: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly socket: string }> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-agent-"));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    answer(socket);
  });
  const path = join(folder, "s");
  server.listen(path);
  await once(server, "listening");
  return {
    socket: path,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
