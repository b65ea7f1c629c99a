import { execFile } from "node:child_process";
import { createInterface } from "node:readline";
import { parse } from "node:path";
import { readCurrentFolder } from "./current-folder.ts";
import { VaultboxError } from "./errors.ts";
import { prepareProgram, type PreparedProgram } from "./find-program.ts";
import { quoted } from "./printable.ts";
import { formatDuration } from "./units.ts";

/** Standard output, in bytes; more is a failure. */
const maxOutputBytes = 10 * 1024 * 1024;
const tooMuch = "it printed more than 10 MiB";

export interface ProgramCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** Ends it before */
  readonly signal?: AbortSignal;
  /** Given on stdin; nothing is inherited */
  readonly input?: string;
  /** Of what goes in and comes out; `latin1` keeps every byte. Default: `utf8` */
  readonly encoding?: "utf8" | "latin1";
  /** The program gets this process's own stdin, for one that sets the terminal there */
  readonly terminal?: true;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the file system's root. Programs read settings from where they are (`.npmrc`), and a repository is no place for them. */
  readonly cwd?: string;
  /** Called for each line of either output while it runs: progress, not a result */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a program of the host without a shell and returns its standard output, without the last line break. Nothing that
 * a sandbox can write has a say in it, and nothing of the working directory: not which program is found, what its
 * arguments and variables name, or its settings.
 * Neither output appears in the error: a command may print a secret.
 * @throws VaultboxError VBX_HOST_COMMAND_FAILED; VBX_FILE_UNSAFE when the list of writable folders is damaged
 */
export async function runProgram(command: ProgramCall): Promise<string> {
  const end = await run(command);
  if (end.why === undefined) return end.stdout;
  const { file } = command;
  throw new VaultboxError("VBX_HOST_COMMAND_FAILED", `cannot run ${quoted(file)}: ${end.why}`);
}

async function run(command: ProgramCall): Promise<CommandEnd> {
  const program = prepareProgram(command.file, { ...process.env, ...command.env }, command.args);
  if ("why" in program) return { stdout: "", why: program.why };
  const place: CommandPlace = {
    ...program,
    cwd: command.cwd ?? parse(readCurrentFolder() ?? process.execPath).root,
  };
  const { terminal, onLine } = command;
  const isPlain = terminal === undefined && onLine === undefined && process.platform !== "win32";
  return await (isPlain ? runPlainly(command, place) : runWithExeca(command, place));
}

interface CommandPlace extends PreparedProgram {
  readonly cwd: string;
}

interface CommandEnd {
  readonly stdout: string;
  /** Undefined when it did what it should */
  readonly why: string | undefined;
}

/** Every start of a session asks git two questions, and execa takes 50 ms to load: Node's own way does for a question. */
function runPlainly(command: ProgramCall, { file, env, cwd }: CommandPlace): Promise<CommandEnd> {
  const { promise, resolve } = Promise.withResolvers<CommandEnd>();
  const options = {
    env,
    cwd,
    timeout: command.timeoutMs,
    killSignal: "SIGKILL",
    maxBuffer: maxOutputBytes,
    encoding: command.encoding ?? "utf8",
    ...(command.signal === undefined ? {} : { signal: command.signal }),
  } as const;
  const child = execFile(file, [...command.args], options, (error, stdout) => {
    const isLate = error?.killed === true && error.signal === "SIGKILL";
    const isFlood = error?.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER";
    const status = typeof error?.code === "number" ? `exit status ${error.code}` : undefined;
    const why = isLate
      ? toLate(command)
      : isFlood
        ? tooMuch
        : (status ?? error?.code ?? error?.signal);
    const failure = error === null ? undefined : (why ?? "it did not start");
    resolve({
      stdout: stdout.replace(/\r?\n$/, ""),
      why: failure === undefined ? undefined : String(failure),
    });
  });
  // A program that reads no input may be gone before it was written
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(command.input ?? "", options.encoding);
  return promise;
}

async function runWithExeca(
  command: ProgramCall,
  { file, ...place }: CommandPlace,
): Promise<CommandEnd> {
  const { execa } = await import("execa");
  const child = execa(file, [...command.args], {
    reject: false,
    timeout: command.timeoutMs,
    maxBuffer: maxOutputBytes,
    encoding: command.encoding ?? "utf8",
    stdin: toStdin(command),
    ...toInput(command),
    ...(command.signal === undefined ? {} : { cancelSignal: command.signal }),
    ...place,
    extendEnv: false,
    ...(command.onLine === undefined ? {} : { all: true }),
  });
  const [result] = await Promise.all([child, passLines(child.all, command.onLine)]);
  if (!result.failed) return { stdout: result.stdout, why: undefined };
  if (result.isMaxBuffer) return { stdout: "", why: tooMuch };
  const why = result.timedOut
    ? toLate(command)
    : result.exitCode === undefined
      ? (result.code ?? result.signal ?? "it did not start")
      : `exit status ${result.exitCode}`;
  return { stdout: "", why };
}

function toLate({ timeoutMs }: ProgramCall): string {
  return `it took longer than ${formatDuration(timeoutMs)}`;
}

function toInput({ input, encoding }: ProgramCall): { readonly input?: Buffer } {
  return input === undefined ? {} : { input: Buffer.from(input, encoding) };
}

function toStdin({ input, terminal }: ProgramCall): "inherit" | "ignore" | "pipe" {
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
