import { VaultboxError } from "../base/errors.ts";
import type { DemoHome } from "./demo-home.ts";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { packageFolder } from "../base/package-folder.ts";

/** What every step of the demo needs. */
export interface DemoContext {
  readonly home: DemoHome;
  /** Aborts when the user wants an end */
  readonly signal: AbortSignal;
  /** A line of the transcript */
  readonly onLine: (line: string) => void;
}

interface DemoStep {
  readonly args: readonly string[];
  /** What the transcript shows before the command: `printf %s "$KEY" |` */
  readonly shownInput?: string;
  readonly input?: string;
  /** Output lines of the transcript; all without it */
  readonly shows?: (line: string) => boolean;
}

/** Runs one vaultbox command and shows it as a terminal would: the command line, then its output. */
export async function runStep(context: DemoContext, step: DemoStep): Promise<VaultboxResult> {
  const { home, onLine, signal } = context;
  const before = step.shownInput === undefined ? "" : `${step.shownInput} `;
  onLine("");
  onLine(`$ ${before}vaultbox ${step.args.map(toShellWord).join(" ")}`);
  return runVaultbox({
    args: step.args,
    env: home.env,
    cwd: home.workspace,
    signal,
    onLine: (line) => {
      if (step.shows?.(line) !== false) onLine(`  ${line}`);
    },
    ...(step.input === undefined ? {} : { input: step.input }),
  });
}

/** The same for a step without which the demo can't go on. @throws VaultboxError VBX_DEMO_FAILED */
export async function runRequiredStep(
  context: DemoContext,
  step: DemoStep,
): Promise<VaultboxResult> {
  const result = await runStep(context, step);
  if (result.status === 0) return result;
  throw new VaultboxError(
    "VBX_DEMO_FAILED",
    `cannot go on with the demo: "vaultbox ${step.args.slice(0, 2).join(" ")}" ended with status ${result.status}`,
    { hints: ["the lines above say why; for a look at the whole installation: vaultbox doctor"] },
  );
}

/** As a person would type it; a script of several lines is cut to its beginning. */
function toShellWord(word: string): string {
  const line = word.includes("\n") ? `${word.slice(0, word.indexOf("\n"))} …` : word;
  const short = line.length > 100 ? `${line.slice(0, 100)} …` : line;
  return /^[\w@%+=:,./*-]+$/.test(short) ? short : `'${short}'`;
}

export interface VaultboxResult {
  /** Exit status, 128 after a signal */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface VaultboxCall {
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
async function runVaultbox(call: VaultboxCall): Promise<VaultboxResult> {
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
