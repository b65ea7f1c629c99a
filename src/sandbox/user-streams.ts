import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Attachment, RunningContainer } from "../docker/engine.ts";

export interface UserStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Output that comes after the exit status is waited for this long. */
const lastOutputMs = 2_000;

/** A terminal is given to the command when both ends of it are one, as a person at a shell expects. */
export function isInteractive(streams: UserStreams): boolean {
  return streams.stdin.isTTY === true && streams.stdout.isTTY === true;
}

/**
 * Joins the user's streams to the command's. Disposing waits for the last output, gives the terminal back as it was and
 * lets go of stdin.
 */
export function joinStreams(
  user: UserStreams,
  container: { readonly attachment: Attachment; readonly stdout: Readable },
  tty: boolean,
): AsyncDisposable {
  const { stdin } = user;
  const { attachment, stdout } = container;
  if (tty) stdin.setRawMode(true);
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
      if (tty) stdin.setRawMode(false);
      stdin.pause();
      // A pipe whose writer is still there would keep this process alive
      if (!tty) stdin.destroy();
      attachment.close();
    },
  };
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
