import { shortened, toPrintable } from "../../base/printable.ts";
import { type FailureCause, failureCauses } from "./failure-causes.ts";
import type { BuildProgress } from "./image-request.ts";
import { stripVTControlCharacters } from "node:util";
import { revealedSecrets, withoutUserInfo } from "../../base/redact.ts";
import { type ProgramCall, runProgram } from "../../base/run-program.ts";

/** How many of the last lines are kept, and how much of each, in characters */
const keptLines = 5;
const keptLength = 300;
/** Lines of the engine itself, Docker's and Podman's */
const engineLine =
  /^(?:(?:\[\d+\/\d+\] )?(?:Step|STEP) \d+\/\d+ ?: |-+> |Removing intermediate container |(?:\[\d+\/\d+\] )?COMMIT )/;
/** Lines of programs that help nobody once the build's container is gone */
const uselessLine = /A complete log of this run can be found in/;
/** How `similar-names.sh` tells names of packages that begin as a mistyped one does */
const similarNames = /^similar names: (.*)$/;

/** Why the build is going to fail, and the line of its output that shows it. */
interface SeenCause {
  readonly cause: FailureCause;
  readonly line: string | undefined;
}

/** Cleans the output of a build, and keeps what explains a failure of it. */
export class BuildTrace {
  readonly onProgress: (progress: BuildProgress) => void;
  readonly #lines: string[] = [];
  #command: string | undefined;
  #seen: SeenCause | undefined;
  #similar: readonly string[] = [];

  constructor(onProgress: (progress: BuildProgress) => void) {
    this.onProgress = ({ step, line }) => {
      const clean = toBuildLine(line);
      this.#keep(clean);
      onProgress({ step, line: clean });
    };
  }

  #keep(line: string): void {
    const names = similarNames.exec(line)?.[1];
    if (names !== undefined) this.#similar = names.split(" ");
    else if (line.startsWith(commandMark)) {
      this.#command = line.slice(commandMark.length);
      this.#lines.length = 0;
    } else if (line !== "" && !engineLine.test(line) && !uselessLine.test(line)) {
      const kept = shortened(line, keptLength);
      this.see(line, kept);
      this.#lines.push(kept);
      if (this.#lines.length > keptLines) this.#lines.shift();
    }
  }

  /** Looks at what was said for a cause; one that brings about those seen before takes their place. */
  see(text: string, line?: string): void {
    const cause = failureCauses.find(({ shows }) => shows.test(text));
    if (cause === undefined) return;
    const before = this.#seen?.cause;
    if (before !== undefined && failureCauses.indexOf(before) <= failureCauses.indexOf(cause)) {
      return;
    }
    this.#seen = { cause, line };
  }

  /** The command that was the last one to begin */
  get command(): string | undefined {
    return this.#command;
  }

  /** Of that command's output; with the line that shows the cause, if it's an earlier one */
  get lastLines(): readonly string[] {
    const line = this.#seen?.line;
    if (line === undefined || this.#lines.includes(line)) return this.#lines;
    return [line, ...this.#lines.slice(1 - keptLines)];
  }

  get cause(): FailureCause | undefined {
    return this.#seen?.cause;
  }

  /** Names of packages that begin as a mistyped one does */
  get similarNames(): readonly string[] {
    return this.#similar;
  }
}

/** How a command is shown before it runs; of a build that fails, the last one shown is the one that failed */
export const commandMark = "$ ";
/** Characters of one line; what runs in a build may print without end */
const maxLineLength = 2000;

/**
 * One line of a build's output for people: printable, without colours, without passwords of proxies and of addresses,
 * and cut where it's very long.
 */
export function toBuildLine(text: string): string {
  const plain = stripVTControlCharacters(text).trim();
  const open = withoutUserInfo(revealedSecrets.redact(plain));
  return toPrintable(shortened(open, maxLineLength));
}

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
