import { spawn } from "node:child_process";

export interface GitOptions {
  readonly cwd: string;
  /** Settings for this run, `name=value` */
  readonly config?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface GitResult {
  readonly status: number | null;
  /** What ended it, when it has no status */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The same, byte by byte */
  readonly bytes: Buffer;
  readonly stderr: string;
}

/** Longest git command of a test, ms; a clone of half a gigabyte is among them. */
const commandTimeoutMs = 120_000;

/** A git that reads no configuration of this machine, and asks for nothing. */
export const gitEnvironment: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  LC_ALL: "C.UTF-8",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Ann",
  GIT_AUTHOR_EMAIL: "ann@example.test",
  GIT_COMMITTER_NAME: "Ann",
  GIT_COMMITTER_EMAIL: "ann@example.test",
};

/** Runs git; a failing git is a result too. */
export function runGit(args: readonly string[], options: GitOptions): Promise<GitResult> {
  const config = (options.config ?? []).flatMap((setting) => ["-c", setting]);
  return new Promise((resolve, reject) => {
    const child = spawn("git", [...config, ...args], {
      cwd: options.cwd,
      env: { ...gitEnvironment, ...options.env },
      timeout: commandTimeoutMs,
      killSignal: "SIGKILL",
      ...options.user,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => stdout.push(piece));
    child.stderr.on("data", (piece: Buffer) => stderr.push(piece));
    child.on("error", reject);
    // git may end without reading its input
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input);
    child.on("close", (status, signal) =>
      resolve({
        status,
        signal,
        stdout: Buffer.concat(stdout).toString("utf8"),
        bytes: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString("utf8"),
      }),
    );
  });
}

/** What git prints, without the last line end. @throws Error with what it complained about */
export async function git(args: readonly string[], options: GitOptions): Promise<string> {
  const { status, signal, stdout, stderr } = await runGit(args, options);
  if (status !== 0) {
    throw new Error(`git ${args.join(" ")}: ${signal ?? `status ${status}`}, ${stderr.trim()}`);
  }
  return stdout.replace(/\n$/, "");
}

/** What git writes, byte by byte. @throws Error when it fails */
export async function gitBytes(
  args: readonly string[],
  options: { readonly cwd: string; readonly input: string },
): Promise<Buffer> {
  const result = await runGit(args, options);
  if (result.status !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr}`);
  return result.bytes;
}
