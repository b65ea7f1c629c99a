import { CommanderError } from "commander";
import { buildProgram } from "./program.ts";
import { reportError } from "./report-error.ts";
import { version } from "./version.ts";

/** Runs one command line and sets `process.exitCode`; the only place that prints errors. */
export async function main(argv: readonly string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    process.stdout.write(`${version()}\n`);
    return;
  }
  try {
    const program = await buildProgram(argv);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = reportError(error, { json: argv.includes("--json") });
  }
}

/** `vaultbox cred presets | head`: a reader that has seen enough is no error (and no reason for a stack). */
function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
