import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { runCommandLine } from "../../src/cli/main.ts";
import { cliEnvironment, type CliOptions, type CliResult } from "./run-cli.ts";

/** What can't be killed has no time limit of its own */
type Options = Omit<CliOptions, "timeoutMs">;

/** One after the other: the environment and the current folder are the process's. */
let earlier: Promise<unknown> = Promise.resolve();

/**
 * As `runCli`, without a process of its own, which is nearly all of what a short command costs. For what a command says and
 * does; secrecy, signals, terminals and commands that go on are a process's.
 */
export function runCliHere(args: readonly string[], options: Options = {}): Promise<CliResult> {
  const mine = earlier.then(() => runNow(args, options));
  earlier = mine.catch(() => undefined);
  return mine;
}

async function runNow(args: readonly string[], options: Options): Promise<CliResult> {
  const home = await mkdtemp(join(tmpdir(), "vaultbox-test-cli-"));
  const said = { stdout: "", stderr: "" };
  using stack = new DisposableStack();
  stack.use(replaceEnvironment(cliEnvironment(home, options.env)));
  stack.use(replaceFolder(options.cwd));
  stack.use(replaceInput(options.input));
  for (const output of ["stdout", "stderr"] as const) {
    stack.use(catchOutput(output, (text) => (said[output] += text)));
  }
  try {
    return { status: await runCommandLine(args), ...said };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function replaceEnvironment(env: Readonly<Record<string, string>>): Disposable {
  const before = { ...process.env };
  const put = (all: NodeJS.ProcessEnv): void => {
    for (const name of Object.keys(process.env)) if (!(name in all)) delete process.env[name];
    Object.assign(process.env, all);
  };
  put(env);
  return { [Symbol.dispose]: () => put(before) };
}

function replaceFolder(folder: string | undefined): Disposable {
  const before = process.cwd();
  if (folder !== undefined) process.chdir(folder);
  return { [Symbol.dispose]: () => process.chdir(before) };
}

/** Also the status, which a command may leave. */
function replaceInput(input: string | Uint8Array = ""): Disposable {
  const { exitCode } = process;
  const before = Object.getOwnPropertyDescriptor(process, "stdin") ?? {};
  process.exitCode = undefined;
  const value = Readable.from(input.length === 0 ? [] : [Buffer.from(input)]);
  Object.defineProperty(process, "stdin", { value, configurable: true });
  return {
    [Symbol.dispose]: () => {
      Object.defineProperty(process, "stdin", before);
      process.exitCode = exitCode;
    },
  };
}

function catchOutput(output: "stdout" | "stderr", onText: (text: string) => void): Disposable {
  const stream = process[output];
  const before: unknown = Reflect.get(stream, "write");
  stream.write = (chunk: string | Uint8Array): boolean => {
    onText(Buffer.from(chunk as string).toString("utf8"));
    return true;
  };
  return { [Symbol.dispose]: () => void Reflect.set(stream, "write", before) };
}
