import { type ChildProcess, type SpawnOptions, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { TargetAddress } from "./load-connection.ts";

/** Longest wait for a process to be ready, ms. */
const readyTimeoutMs = 30_000;

/** A process that this bench started and ends by its id. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  readonly process: ChildProcess;
}

/** A script of ours that tells its port once it listens. */
export async function startScript(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Child & { readonly port: number }> {
  const child = fork(new URL(script, import.meta.url), [...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const { stderr } = collectErrors(child);
  const signal = AbortSignal.timeout(readyTimeoutMs);
  const exited = once(child, "exit", { signal }).then(() => {
    throw new Error(`${script} ended early: ${stderr()}`);
  });
  exited.catch(() => undefined);
  const [message] = (await Promise.race([once(child, "message", { signal }), exited])) as [
    { readonly port: number },
  ];
  return { ...toChild(child), port: message.port };
}

/** Any program; ready once its address takes connections. */
export async function startProgram(
  file: string,
  args: readonly string[],
  options: SpawnOptions & { readonly address: TargetAddress },
): Promise<Child> {
  const { address, ...rest } = options;
  const child = spawn(file, [...args], { ...rest, stdio: ["ignore", "ignore", "pipe"] });
  const { stderr } = collectErrors(child);
  const giveUpAt = Date.now() + readyTimeoutMs;
  while (!(await takesConnections(address))) {
    const hasEnded =
      child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
    if (hasEnded || Date.now() > giveUpAt) {
      child.kill("SIGKILL");
      throw new Error(`${file} did not start: ${stderr() || "it said nothing"}`);
    }
    await sleep(100);
  }
  return toChild(child);
}

/** The end of what a process wrote on stderr. */
function collectErrors(child: ChildProcess): { readonly stderr: () => string } {
  let text = "";
  child.stderr
    ?.setEncoding("utf8")
    .on("data", (part: string) => (text = (text + part).slice(-1000)));
  child.on("error", (error) => (text += error.message));
  return { stderr: () => text.trim() };
}

function toChild(child: ChildProcess): Child {
  return {
    pid: child.pid ?? 0,
    process: child,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const kill = setTimeout(() => child.kill("SIGKILL"), 3000);
      await ended;
      clearTimeout(kill);
    },
  };
}

function takesConnections(address: TargetAddress): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(
    address.socketPath === undefined
      ? { host: "127.0.0.1", port: address.port ?? 0 }
      : { path: address.socketPath },
  );
  socket.once("connect", () => {
    socket.destroy();
    resolve(true);
  });
  socket.once("error", () => resolve(false));
  return promise;
}
