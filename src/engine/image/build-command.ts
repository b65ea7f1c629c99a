import { runProgram, type ProgramCall } from "../../base/run-program.ts";
import { commandMark } from "./build-trace.ts";
import type { BuildProgress } from "./image-request.ts";

/**
 * Runs a program of this machine as a part of a build: it's shown before it runs, as the scripts in an image show theirs,
 * and so are its lines.
 * @returns its standard output
 * @throws VaultboxError VBX_HOST_COMMAND_FAILED
 */
export async function runBuildCommand(
  command: Omit<ProgramCall, "onLine">,
  step: string,
  onProgress: (progress: BuildProgress) => void,
): Promise<string> {
  const words = [command.file, ...command.args];
  onProgress({ step, line: `${commandMark}${words.join(" ")}` });
  return await runProgram({ ...command, onLine: (line) => onProgress({ step, line }) });
}
