import { createInterface } from "node:readline";
import { parse } from "node:path";
import { VaultboxError } from "./errors.ts";
import { withoutProjectInfluence } from "./host-environment.ts";
import { quoted } from "./printable.ts";

export interface HostCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** Given on stdin; nothing is inherited */
  readonly input?: string;
  /** The program gets this process's own stdin, for one that sets the terminal there */
  readonly terminal?: true;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the file system's root. Programs read settings from where they are (`.npmrc`), and a repository is no place for them. */
  readonly cwd?: string;
  /** Called for each line of either output while it runs: progress, not a result */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a program of the host without a shell and returns its standard output, without the last line break. Nothing of
 * the working directory has a say in it: not which program is found, and not its settings.
 * Neither output appears in the error: a command may print a secret.
 * @throws VaultboxError VBX_HOST_COMMAND_FAILED
 */
export async function runHostCommand(command: HostCommand): Promise<string> {
  // Loaded when a program is run: most commands run none, and it costs every start 50 ms
  const { execa } = await import("execa");
  const cwd = process.cwd();
  const child = execa(command.file, [...command.args], {
    reject: false,
    timeout: command.timeoutMs,
    maxBuffer: 10 * 1024 * 1024,
    stdin: toStdin(command),
    ...(command.input === undefined ? {} : { input: command.input }),
    env: { ...command.env, ...withoutProjectInfluence({ ...process.env, ...command.env }, cwd) },
    cwd: command.cwd ?? parse(cwd).root,
    ...(command.onLine === undefined ? {} : { all: true }),
  });
  const [result] = await Promise.all([child, passLines(child.all, command.onLine)]);
  if (!result.failed) return result.stdout;
  const why = result.timedOut
    ? `it took longer than ${command.timeoutMs} ms`
    : result.exitCode === undefined
      ? (result.code ?? result.signal ?? "it did not start")
      : `exit status ${result.exitCode}`;
  throw new VaultboxError("VBX_HOST_COMMAND_FAILED", `cannot run ${quoted(command.file)}: ${why}`);
}

function toStdin({ input, terminal }: HostCommand): "inherit" | "ignore" | "pipe" {
  if (terminal === true) return "inherit";
  return input === undefined ? "ignore" : "pipe";
}

async function passLines(
  output: NodeJS.ReadableStream | undefined,
  onLine: ((line: string) => void) | undefined,
): Promise<void> {
  if (output === undefined || onLine === undefined) return;
  for await (const line of createInterface({ input: output, crlfDelay: Infinity })) onLine(line);
}
