import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Attachment, RunningContainer } from "../docker/engine.ts";
import { runHostCommand } from "../host-command.ts";
import { followTerminalModes } from "./terminal-modes.ts";

export interface UserStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const sttyTimeoutMs = 2_000;
/** Output that comes after the exit status is waited for this long. */
const lastOutputMs = 2_000;

/** A terminal is given to the command when both ends of it are one, as a person at a shell expects. */
export function isInteractive(streams: UserStreams): boolean {
  return streams.stdin.isTTY === true && streams.stdout.isTTY === true;
}

/**
 * Hands the user's terminal to the command's: no byte is changed on its way, in either direction. Disposing gives it
 * back as it was; so does Node at its own end, whatever ends it but SIGKILL.
 */
export async function openTerminal({ stdin }: UserStreams): Promise<Disposable> {
  stdin.setRawMode(true);
  // Node's raw mode leaves output processing on: a line feed, which moves the cursor straight down, would get a
  // carriage return (libuv, uv_tty_set_mode). Where there is no stty, the display is a little off
  const stty = {
    file: "stty",
    args: ["-opost"],
    timeoutMs: sttyTimeoutMs,
    terminal: true,
  } as const;
  await runHostCommand(stty).catch(() => undefined);
  return { [Symbol.dispose]: () => void stdin.setRawMode(false) };
}

/**
 * Joins the user's streams to the command's. Disposing waits for the last output, takes back what the command left the
 * terminal in, and lets go of stdin.
 */
export function joinStreams(
  user: UserStreams,
  container: { readonly attachment: Attachment; readonly stdout: Readable },
  tty: boolean,
): AsyncDisposable {
  const { stdin } = user;
  const { attachment, stdout } = container;
  const modes = followTerminalModes();
  if (tty) stdout.on("data", modes.read);
  stdin.pipe(attachment.stdin);
  stdin.on("error", () => undefined);
  // A reader that closed the pipe (`| head`) is not our failure; the command goes on, as with docker run
  const drain = (stream: NodeJS.ReadableStream) => () => stream.resume();
  user.stdout.on("error", drain(stdout));
  stdout.pipe(user.stdout, { end: false });
  if (!tty) {
    user.stderr.on("error", drain(attachment.stderr));
    attachment.stderr.pipe(user.stderr, { end: false });
  }
  const outputs = tty ? [stdout] : [stdout, attachment.stderr as Readable];
  const ended = Promise.all(outputs.map((one) => finished(one).catch(() => undefined)));
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.race([ended, sleep(lastOutputMs)]);
      stdin.unpipe(attachment.stdin);
      const reset = modes.reset();
      if (reset !== "") user.stdout.write(reset);
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
export function continueStopped(stdin: NodeJS.ReadStream, container: RunningContainer): Disposable {
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
export function followSize(stdout: NodeJS.WriteStream, container: RunningContainer): Disposable {
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

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
