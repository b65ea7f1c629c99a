import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { cliEnvironment, cliPath } from "./run-cli.ts";

/** A `vaultbox proxy` under way. */
export interface StandaloneProxy extends AsyncDisposable {
  readonly connect: () => Promise<Socket>;
  readonly ca: { readonly certificatePem: string };
  /** Of its process, `ps -o pid` */
  readonly pid: number;
}

/**
 * Starts the program as a user would; rejects with what it said when it ends instead.
 * @param flags those of `run` that say what may be reached and how
 * @param home holds its HOME, state and files
 * @param nodeFlags those of Node, before the program
 */
export async function startStandaloneProxy(
  flags: readonly string[],
  home: string,
  nodeFlags: readonly string[] = [],
): Promise<StandaloneProxy> {
  const socketPath = join(home, "p.sock");
  const caPath = join(home, "ca.pem");
  const args = [cliPath, "proxy", "--socket", socketPath, "--ca-out", caPath, ...flags];
  const child = spawn(process.execPath, [...nodeFlags, ...args], {
    cwd: home,
    env: cliEnvironment(home),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const closed = once(child, "close");
  let said = "";
  await Promise.race([
    closed.then(() => {
      throw new Error(`vaultbox ${args.slice(1).join(" ")} ended: ${said}`);
    }),
    new Promise<void>((resolve) => {
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("is listening")) resolve();
      });
    }),
  ]);
  return {
    connect: async () => {
      const socket = connect({ path: socketPath, allowHalfOpen: true });
      await once(socket, "connect");
      return socket;
    },
    ca: { certificatePem: await readFile(caPath, "utf8") },
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await closed;
    },
  };
}
