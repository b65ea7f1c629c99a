import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface GitOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real git program, with nothing of this machine's configuration, in a folder of its own. */
export interface GitPlace extends AsyncDisposable {
  readonly folder: string;
  /** Runs in `folder`, or in `options.cwd` within it; never throws for a failing git. */
  readonly git: (
    args: readonly string[],
    options?: { readonly cwd?: string; readonly input?: Buffer; readonly env?: NodeJS.ProcessEnv },
  ) => Promise<GitOutcome>;
}

/** Environment of a git that reads no configuration but its repository's, and asks for nothing. */
export function toGitEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "A",
    GIT_AUTHOR_EMAIL: "a@example.com",
    GIT_COMMITTER_NAME: "A",
    GIT_COMMITTER_EMAIL: "a@example.com",
  };
}

export async function makeGitPlace(): Promise<GitPlace> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-git-"));
  return {
    folder,
    git: (args, options = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn("git", args, {
          cwd: join(folder, options.cwd ?? "."),
          env: { ...toGitEnvironment(folder), ...options.env },
        });
        const stdout: Buffer[] = [];
        const stderr: Buffer[] = [];
        child.stdout.on("data", (piece: Buffer) => stdout.push(piece));
        child.stderr.on("data", (piece: Buffer) => stderr.push(piece));
        child.on("error", reject);
        // git may end without reading its input
        child.stdin.on("error", () => undefined);
        child.stdin.end(options.input);
        child.on("close", (status) =>
          resolve({
            status,
            stdout: Buffer.concat(stdout).toString(),
            stderr: Buffer.concat(stderr).toString(),
          }),
        );
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
