import { spawn } from "node:child_process";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

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

/** For a git that reads no configuration of this machine, and asks for nothing. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  LC_ALL: "C.UTF-8",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ALLOW_PROTOCOL: "file:http:https:ssh",
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.com",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.com",
};

/** For a git that goes by the configuration of the system and of that home, as a user's does, and knows no other author. */
export function ownConfiguration(home: string): Readonly<Record<string, string | undefined>> {
  const own = Object.keys(gitEnvironment).filter((name) => name.startsWith("GIT_"));
  return { ...Object.fromEntries(own.map((name) => [name, undefined])), HOME: home };
}

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
export async function readGit(args: readonly string[], options: GitOptions): Promise<string> {
  return (await readGitBytes(args, options)).toString("utf8").replace(/\n$/, "");
}

/** What git writes, byte by byte. @throws Error with what it complained about */
export async function readGitBytes(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const { status, signal, bytes, stderr } = await runGit(args, options);
  if (status !== 0) {
    throw new Error(`git ${args.join(" ")}: ${signal ?? `status ${status}`}, ${stderr.trim()}`);
  }
  return bytes;
}

/** `git -C FOLDER ARGS`: what it prints, without blank lines at the end. @throws Error with what it complained about */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  return (await readGit(args, { cwd: folder })).trimEnd();
}

/** A folder of its own for repositories of one test. */
export interface GitFolder extends AsyncDisposable {
  readonly path: string;
  /** A user's home, empty */
  readonly home: string;
}

export async function createGitFolder(): Promise<GitFolder> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbg-")));
  return {
    path: join(root, "w"),
    home: join(root, "home"),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
