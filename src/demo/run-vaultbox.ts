import { spawn } from "node:child_process";
import { join } from "node:path";
import { packageFolder } from "../base/package-folder.ts";

export interface VaultboxResult {
  /** Exit status, 128 after a signal */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface VaultboxCall {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  readonly signal: AbortSignal;
  /** Each line of either stream as it comes */
  readonly onLine?: (line: string) => void;
}

const program = join(packageFolder, "bin/vaultbox.js");

/**
 * Runs the very program that a user runs, in a process of its own, without a terminal. An abort is a SIGTERM to it, and
 * waits for its clean-up.
 * @throws the signal's reason
 */
export async function runVaultbox(call: VaultboxCall): Promise<VaultboxResult> {
  call.signal.throwIfAborted();
  const child = spawn(process.execPath, [program, ...call.args], {
    cwd: call.cwd,
    env: call.env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A command that doesn't read its input closes the pipe
  child.stdin.on("error", () => undefined);
  child.stdin.end(call.input ?? "");
  const stdout = gather(child.stdout, call.onLine);
  const stderr = gather(child.stderr, call.onLine);
  const onAbort = (): void => void child.kill("SIGTERM");
  call.signal.addEventListener("abort", onAbort);
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 128));
  });
  const status = await ended.finally(() => call.signal.removeEventListener("abort", onAbort));
  call.signal.throwIfAborted();
  return { status, stdout: stdout(), stderr: stderr() };
}

function gather(stream: NodeJS.ReadableStream, onLine?: (line: string) => void): () => string {
  let text = "";
  let line = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text += chunk;
    const lines = `${line}${chunk}`.split("\n");
    line = lines.pop() ?? "";
    for (const complete of lines) onLine?.(complete);
  });
  stream.on("end", () => {
    if (line !== "") onLine?.(line);
  });
  return () => text;
}
