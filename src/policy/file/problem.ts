import { VaultboxError, type VaultboxErrorCode } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { toShellWord } from "../../base/shell-word.ts";

/** One thing that is wrong in a policy or project file. */
export interface Problem {
  readonly file: string;
  /** From 1 */
  readonly line: number;
  /** From 1, in characters */
  readonly column: number;
  /** Path of the key, as in `egress[2].allow[0]`; empty for the file as a whole */
  readonly key: string;
  readonly message: string;
}

/** A policy or project file with problems, all of them. */
export class InvalidFileError extends VaultboxError {
  readonly problems: readonly Problem[];

  constructor(code: VaultboxErrorCode, problems: readonly Problem[]) {
    const [first, ...others] = problems;
    const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
    super(code, `${first === undefined ? "invalid file" : formatProblem(first)}${more}`, {
      hints:
        first === undefined || others.length === 0
          ? []
          : [`all of them: vaultbox policy check ${toShellWord(first.file)}`],
    });
    this.name = "InvalidFileError";
    this.problems = problems;
  }
}

/** `vaultbox.yaml:7:5: egress[0].host: …` */
export function formatProblem(problem: Problem): string {
  const key = problem.key === "" ? "" : ` ${problem.key}:`;
  return `${problem.file}:${problem.line}:${problem.column}:${key} ${problem.message}`;
}

/** Makes the error of a text that can't be read as what it should be: `invalid host "a b": why`. */
export function invalidText(
  what: string,
  maxLength?: number,
): (text: string, why: string) => VaultboxError {
  return (text, why) =>
    new VaultboxError("VBX_POLICY_INVALID", `invalid ${what} ${quoted(text, maxLength)}: ${why}`);
}
