import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface CliOptions {
  readonly cwd?: string;
  /** Over a small environment (see `passedThrough`); `undefined` removes a variable */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Given on stdin, which is closed after it; without it stdin is empty. Never a TTY */
  readonly input?: string | Uint8Array;
  /** Default 30 000 `ms`; then the process is killed and the call rejects */
  readonly timeoutMs?: number;
}

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit status, 128 + n after signal n */
  readonly status: number;
}

/** The program as `npm run build` made it; nothing is built here. */
export const cliPath = resolve(import.meta.dirname, "../../bin/vaultbox.js");

const passedThrough = [
  "PATH",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "DOCKER_HOST",
  // Another clock, see test/elsewhere.ts
  "LD_PRELOAD",
  "FAKETIME",
  "FAKETIME_DONT_FAKE_MONOTONIC",
];
const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

/** Without the lines that say that a build goes on: a busy machine has some, a fast one has none. */
export function withoutWaits({ stderr, ...result }: CliResult): CliResult {
  return { ...result, stderr: stderr.replaceAll(/^vaultbox: {3}.*: [\dms]+ so far.*\n/gm, "") };
}

/**
 * Runs the CLI with a home of its own: HOME and VAULTBOX_HOME are a fresh folder, removed afterwards, unless `env` names them.
 * No keychain is reachable unless `env` has DBUS_SESSION_BUS_ADDRESS.
 */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const home = await mkdtemp(join(tmpdir(), "vaultbox-test-cli-"));
  try {
    return await spawnCli(args, options, cliEnvironment(home, options.env));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The environment `runCli` gives, for tests that start the process themselves. */
export function cliEnvironment(
  home: string,
  extra: CliOptions["env"] = {},
): Record<string, string> {
  const env: Record<string, string> = {
    HOME: home,
    VAULTBOX_HOME: join(home, "vaultbox"),
    // A cache in a home that is used once only costs
    NODE_DISABLE_COMPILE_CACHE: "1",
  };
  for (const name of passedThrough) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

function spawnCli(
  args: readonly string[],
  options: CliOptions,
  env: Record<string, string>,
): Promise<CliResult> {
  const { promise, resolve: settle, reject } = Promise.withResolvers<CliResult>();
  const timeoutMs = options.timeoutMs ?? 30_000;
  const child = spawn(process.execPath, [cliPath, ...args], {
    cwd: options.cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  // A command that doesn't read its input closes the pipe: that's its right
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const timer = setTimeout(() => {
    child.kill("SIGKILL");
    reject(
      new Error(
        `vaultbox ${args.join(" ")} took longer than ${timeoutMs} ms; stderr so far:\n${Buffer.concat(stderr).toString()}`,
      ),
    );
  }, timeoutMs);
  child.on("error", reject);
  child.on("close", (code, signal) => {
    clearTimeout(timer);
    settle({
      stdout: Buffer.concat(stdout).toString("utf8"),
      stderr: Buffer.concat(stderr).toString("utf8"),
      status: code ?? 128 + (signalNumbers[signal ?? ""] ?? 0),
    });
  });
  return promise;
}
