// Every git process of this folder is started here. What it reads is hostile (a pack from the sandbox), so nothing of
// the user's or the machine's git settings has a say, no program can be started by it, and it can't grow without end.
import { spawn } from "node:child_process";
import { Readable, type Writable } from "node:stream";
import { maxGitCpuSeconds, maxGitMemoryBytes } from "./limits.ts";
import { ObjectsUnreadable } from "./unproven.ts";

/** The host's git, found once (git-program.ts). */
export interface GitProgram {
  /** Absolute path */
  readonly file: string;
  /** `2.39.5` */
  readonly version: string;
}

/** One call of git in a bare repository of ours. */
export interface GitCall {
  readonly git: Pick<GitProgram, "file">;
  /** Folder of the bare repository */
  readonly repository: string;
  readonly args: readonly string[];
  /** Object folders that are looked into as well */
  readonly alternates?: readonly string[];
  /** Aborting kills the process */
  readonly signal: AbortSignal;
  /** Undefined: the caller sees to it */
  readonly timeoutMs: number | undefined;
}

/** A git that runs. */
export interface GitProcess {
  readonly stdin: Writable;
  /** Must be read to its end, or destroyed */
  readonly stdout: Readable;
  /** Never rejects; comes after the output's end */
  readonly ended: Promise<GitEnd>;
  readonly kill: () => void;
}

/** How a git ended. */
export interface GitEnd {
  /** Undefined when it was killed or didn't start */
  readonly status: number | undefined;
  /** Its first lines, for choosing among our own texts: never shown */
  readonly stderr: string;
}

/** Room for some two thousand lines. */
const maxStderrBytes = 256 * 1024;

const settings: readonly string[] = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.alternateRefsCommand=",
  "core.useReplaceRefs=false",
  "core.commitGraph=false",
  "core.multiPackIndex=false",
  // Big blobs are hashed as they come instead of being held
  "core.bigFileThreshold=8m",
  "core.packedGitLimit=256m",
  "core.deltaBaseCacheLimit=64m",
  "pack.windowMemory=64m",
  "pack.threads=2",
  "protocol.allow=never",
  "gc.auto=0",
  "maintenance.auto=false",
  "transfer.unpackLimit=1",
];

/** Starts git in a clean environment, within the limits. Who reads `stdout` and waits for `ended` gets all there is to know. */
export function startGit(call: GitCall): GitProcess {
  const command = toCommand(call);
  const child = spawn(command.file, command.args, {
    cwd: call.repository,
    env: toEnvironment(call),
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  const kill = (): void => void child.kill("SIGKILL");
  const timer = call.timeoutMs === undefined ? undefined : setTimeout(kill, call.timeoutMs).unref();
  call.signal.addEventListener("abort", kill, { once: true });
  if (call.signal.aborted) kill();
  // A process that ended early breaks the pipe; its status says why
  child.stdin.on("error", () => undefined);
  const stderr = collect(child.stderr);
  const ended = new Promise<GitEnd>((resolve) => {
    const finish = (status: number | undefined): void => {
      clearTimeout(timer);
      call.signal.removeEventListener("abort", kill);
      resolve({ status, stderr: stderr() });
    };
    child.once("error", () => finish(undefined));
    child.once("close", (status) => finish(status ?? undefined));
  });
  return { stdin: child.stdin, stdout: child.stdout, ended, kill };
}

/** Runs git with `input` on its stdin; its output is cut at `maxBytes`, and then it counts as failed. */
export async function readGit(
  call: GitCall,
  options: { readonly input?: string; readonly maxBytes?: number } = {},
): Promise<GitEnd & { readonly stdout: string }> {
  const child = startGit(call);
  child.stdin.end(options.input ?? "");
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > (options.maxBytes ?? maxStderrBytes)) {
      child.kill();
      continue;
    }
    pieces.push(piece);
  }
  return { ...(await child.ended), stdout: Buffer.concat(pieces).toString("utf8") };
}

/**
 * What git prints, as it comes; who stops reading ends it.
 * @param lines for its stdin
 * @throws ObjectsUnreadable at the end, unless git ended well
 */
export async function* streamGit(
  call: GitCall,
  lines: Iterable<string> = [],
): AsyncGenerator<Buffer> {
  const child = startGit(call);
  Readable.from(inBatches(lines)).pipe(child.stdin);
  let isRead = false;
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    isRead = true;
  } finally {
    if (!isRead) child.kill();
  }
  if ((await child.ended).status !== 0) throw new ObjectsUnreadable("git ended before its time");
}

function* inBatches(lines: Iterable<string>): Generator<string> {
  let batch = "";
  for (const line of lines) {
    batch += `${line}\n`;
    if (batch.length < 64 * 1024) continue;
    yield batch;
    batch = "";
  }
  if (batch !== "") yield batch;
}

/** Writes, and waits while the process doesn't read; what comes after its end is dropped. */
export async function writeTo(child: GitProcess, piece: Buffer | string): Promise<void> {
  if (!child.stdin.writable || child.stdin.write(piece)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.stdin.once("drain", resolve).once("close", resolve).once("error", resolve);
  if (child.stdin.destroyed) resolve();
  await promise;
  child.stdin.off("drain", resolve).off("close", resolve).off("error", resolve);
}

/** Limits of memory and processor time need a shell: Node has no call for them. Other systems ignore or lack the first. */
function toCommand(call: GitCall): { file: string; args: string[] } {
  const args = [...settings.flatMap((setting) => ["-c", setting]), ...call.args];
  if (process.platform !== "linux") return { file: call.git.file, args };
  const limitKib = String(maxGitMemoryBytes / 1024);
  const script = `ulimit -v "$0" && ulimit -t ${maxGitCpuSeconds} && ulimit -c 0 && exec "$@"`;
  return { file: "/bin/sh", args: ["-c", script, limitKib, call.git.file, ...args] };
}

function toEnvironment(call: GitCall): Record<string, string> {
  return {
    PATH: "/usr/bin:/bin",
    LC_ALL: "C",
    GIT_DIR: call.repository,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    ...(call.alternates === undefined
      ? {}
      : { GIT_ALTERNATE_OBJECT_DIRECTORIES: call.alternates.map(quoteEntry).join(":") }),
  };
}

/** As git reads entries of that list: in double quotes, a colon doesn't end it. */
function quoteEntry(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function collect(stream: Readable): () => string {
  const pieces: Buffer[] = [];
  let size = 0;
  stream.on("data", (piece: Buffer) => {
    if (size < maxStderrBytes) pieces.push(piece);
    size += piece.length;
  });
  return () => Buffer.concat(pieces).subarray(0, maxStderrBytes).toString("utf8");
}
