import { spawn } from "node:child_process";
import { constants } from "node:os";

/** A command that shares this process's terminal. */
interface InheritedCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** An open file that gets what it prints, in place of the terminal */
  readonly output?: number;
}

/** Runs it and gives its exit status: 128 and the signal's number for a signal, 127 when it can't be started. */
export async function runInherited(command: InheritedCommand): Promise<number> {
  const { output = "inherit" } = command;
  const child = spawn(command.file, command.args, {
    env: command.env,
    stdio: ["inherit", output, output],
  });
  // Ctrl-C reaches the command by itself; this process has to live until it has cleaned up
  const ignore = () => undefined;
  const forward = () => child.kill("SIGTERM");
  process.on("SIGINT", ignore);
  process.on("SIGTERM", forward);
  try {
    return await new Promise((resolve) => {
      child.once("error", (error) => {
        process.stderr.write(`${command.file}: ${error.message}\n`);
        resolve(127);
      });
      child.once("exit", (status, signal) =>
        resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      );
    });
  } finally {
    process.off("SIGINT", ignore);
    process.off("SIGTERM", forward);
  }
}
