import type { Readable } from "node:stream";
import type { Attachment, RunningContainer } from "../../engine/engine.ts";
import { runProgram } from "../../base/run-program.ts";
import { passOn, type PassedOutput, type PassOptions } from "./passed-output.ts";
import { keepReadable } from "./shared-terminal.ts";

export interface UserStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const sttyTimeoutMs = 2_000;

/** A terminal is given to the command when both ends of it are one, as a person at a shell expects. */
export function isInteractive(streams: UserStreams): boolean {
  return streams.stdin.isTTY === true && streams.stdout.isTTY === true;
}

/** The user's terminal while a command has it; disposing gives it back as it was. */
interface TakenTerminal extends Disposable {
  /** Whether the command has it: else it has pipes */
  readonly isTty: boolean;
}

/** Hands the user's terminal to the command, where there is one, and keeps the container's at its size. */
export async function takeTerminal(
  user: UserStreams | undefined,
  container: RunningContainer,
): Promise<TakenTerminal> {
  if (user === undefined || !isInteractive(user)) {
    return { isTty: false, [Symbol.dispose]: () => undefined };
  }
  using stack = new DisposableStack();
  stack.use(await openTerminal(user));
  stack.use(followSize(user.stdout, container));
  const taken = stack.move();
  return { isTty: true, [Symbol.dispose]: () => taken.dispose() };
}

/**
 * Joins the user's streams to the command's, or nobody's: then what it says is dropped. Disposing waits for the last output.
 */
export function attachTerminal(
  user: UserStreams | undefined,
  { container, attachment, report }: AttachedCommand,
  options: PassOptions & { readonly tty: boolean },
): AsyncDisposable {
  if (user === undefined) {
    for (const output of [report.rest, attachment.stderr]) output.resume();
    return { [Symbol.asyncDispose]: () => Promise.resolve(attachment.close()) };
  }
  const joined = joinStreams(user, { attachment, stdout: report.rest }, options);
  const continuing = options.tty ? continueStopped(user.stdin, container) : undefined;
  return {
    [Symbol.asyncDispose]: async () => {
      continuing?.[Symbol.dispose]();
      await joined[Symbol.asyncDispose]();
    },
  };
}

/** A command that was told to go. */
interface AttachedCommand {
  readonly container: RunningContainer;
  readonly attachment: Attachment;
  readonly report: { readonly rest: Readable };
}

/**
 * Hands the user's terminal to the command's: no byte is changed on its way, in either direction. Disposing gives it
 * back as it was; so does Node at its own end, whatever ends it but SIGKILL.
 */
async function openTerminal({ stdin }: UserStreams): Promise<Disposable> {
  stdin.setRawMode(true);
  // Node's raw mode leaves output processing on: a line feed, which moves the cursor straight down, would get a
  // carriage return (libuv, uv_tty_set_mode). Where there is no stty, the display is a little off
  const stty = {
    file: "stty",
    args: ["-opost"],
    timeoutMs: sttyTimeoutMs,
    terminal: true,
  } as const;
  await runProgram(stty).catch(() => undefined);
  return { [Symbol.dispose]: () => void stdin.setRawMode(false) };
}

/**
 * Joins the user's streams to the command's. Disposing waits for the last output, makes the terminal an ordinary one
 * again, and lets go of stdin.
 */
function joinStreams(
  user: UserStreams,
  container: { readonly attachment: Attachment; readonly stdout: Readable },
  { tty, ...options }: PassOptions & { readonly tty: boolean },
): AsyncDisposable {
  const { stdin } = user;
  const { attachment, stdout } = container;
  const outputs: PassedOutput[] = [{ from: stdout, to: user.stdout }];
  if (!tty) outputs.push({ from: attachment.stderr as Readable, to: user.stderr });
  const terminal = keepReadable(user, outputs);
  stdin.pipe(attachment.stdin);
  stdin.on("error", () => undefined);
  const passed = passOn(outputs, options);
  return {
    [Symbol.asyncDispose]: async () => {
      await passed();
      stdin.unpipe(attachment.stdin);
      for (const { from, to } of outputs) if (to.isTTY) from.unpipe(to);
      terminal.giveBack();
      stdin.pause();
      // A pipe whose writer is still there would keep this process alive
      if (!tty) stdin.destroy();
      attachment.close();
    },
  };
}

/** Ctrl-Z, as a byte and in the keyboard protocol of kitty. */
const suspendKeys = ["\x1a", "\x1b[122;5u"] as const;
/** A command may clean up its screen before it stops. */
const continueAfterMs = 500;

/**
 * Continues a command that Ctrl-Z has stopped: there is no shell beside it that could, and a stopped command doesn't
 * read Ctrl-C either. Called after `joinStreams`, because listening makes stdin flow.
 */
function continueStopped(stdin: NodeJS.ReadStream, container: RunningContainer): Disposable {
  const onData = (chunk: Buffer): void => {
    if (!suspendKeys.some((key) => chunk.includes(key))) return;
    // The container may end at the same moment
    const wake = (): void => void container.kill("SIGCONT").catch(() => undefined);
    setTimeout(wake, continueAfterMs).unref();
  };
  stdin.on("data", onData);
  return { [Symbol.dispose]: () => void stdin.off("data", onData) };
}

/** Keeps the container's terminal at the size of the user's. */
function followSize(stdout: NodeJS.WriteStream, container: RunningContainer): Disposable {
  const resize = (): void => {
    const { columns, rows } = stdout;
    if (columns === undefined || rows === undefined || columns === 0 || rows === 0) return;
    // The container may end at the same moment
    container.resize({ columns, rows }).catch(() => undefined);
  };
  resize();
  stdout.on("resize", resize);
  return { [Symbol.dispose]: () => void stdout.off("resize", resize) };
}
