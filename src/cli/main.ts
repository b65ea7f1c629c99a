import { enableOwnCompileCache } from "./compile-cache.ts";
import { VaultboxError } from "../base/errors.ts";
import { toPathReason } from "../base/fs/named-path.ts";
import { writeLine } from "../base/print.ts";
import { reportError, reportUncaught } from "./report-error.ts";
import { version } from "./version.ts";

/** Runs one command line and sets `process.exitCode`; the only place that prints errors. */
export async function main(argv: readonly string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  reportUncaught(process, { json: argv.includes("--json") });
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    writeLine("stdout", version());
    return;
  }
  if (argv[0] === "complete-words" && argv[1] === "--") {
    const { printProposal } = await import("./completion/propose.ts");
    await printProposal(argv.slice(2));
    return;
  }
  // Written when the process ends, it would be there again after all was removed
  if (!asksForHelp(argv) && argv[0] !== "uninstall") enableOwnCompileCache(process.env);
  process.exitCode = await runCommandLine(argv);
}

/** Runs a command and returns the exit status; an error was printed. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  // Not needed for the version, and commander takes longer to load than all of this file
  const { runCommandLine } = await import("./program.ts");
  try {
    return await runCommandLine(argv);
  } catch (error) {
    return reportError(error, { json: argv.includes("--json") });
  }
}

/** Help loads next to nothing, so it needs no cache and shouldn't make a folder. */
function asksForHelp(argv: readonly string[]): boolean {
  return argv.length === 0 || argv[0] === "help" || argv.includes("--help") || argv.includes("-h");
}

/** `vaultbox cred presets | head`: a reader that has seen enough is no error (and no reason for a stack). */
function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // Another listener is a command's own, which ends by it in order
      if (error.code === "EPIPE" || stream.listenerCount("error") !== 1) return;
      const text = `cannot write the output: ${toPathReason(error)}`;
      throw new VaultboxError("VBX_FILE_UNUSABLE", text, { cause: error });
    });
  }
}
