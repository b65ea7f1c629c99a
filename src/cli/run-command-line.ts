import { CommanderError } from "commander";
import { buildProgram, commandNames } from "./program.ts";
import { exitStatus } from "./report-error.ts";

/**
 * Parses a command line, runs its command and returns the exit status; usage errors were printed.
 * @throws whatever the command throws
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const words = toCommandLine(argv);
  const program = await buildProgram(words);
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : exitStatus.usage;
  }
  return Number(process.exitCode ?? 0);
}

/** `vaultbox help credential add` is `vaultbox credential add --help`; an unknown command stays an error. */
function toCommandLine(argv: readonly string[]): readonly string[] {
  const [first, ...names] = argv;
  if (first !== "help") return argv;
  const [name] = names;
  const isKnown = name === undefined || [...commandNames, "cred"].includes(name);
  return isKnown ? [...names, "--help"] : names;
}
