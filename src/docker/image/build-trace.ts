import { VaultboxError, isVaultboxError } from "../../errors.ts";
import { quoted, shortened } from "../../printable.ts";
import { toShellWord } from "../../shell-word.ts";
import { toBuildLine } from "./build-line.ts";
import type { BuildProgress } from "./image-request.ts";

/** How many of the last lines an error shows, and how much of each, in characters */
const shownLines = 5;
const shownLength = 300;
/** How the scripts of an image show a command before it runs */
const commandMark = "$ ";
/** Lines of the engine itself, Docker's and Podman's */
const engineLine =
  /^(?:(?:\[\d+\/\d+\] )?(?:Step|STEP) \d+\/\d+ ?: |-+> |Removing intermediate container |(?:\[\d+\/\d+\] )?COMMIT )/;
/** Lines of programs that help nobody once the build's container is gone */
const uselessLine = /A complete log of this run can be found in/;

/** An image whose build failed. */
interface FailedImage {
  readonly what: string;
  readonly flags: readonly string[];
}

/** Cleans the output of a build, keeps its last lines, and puts them into the error of a failed one. */
export class BuildTrace {
  readonly onProgress: (progress: BuildProgress) => void;
  readonly #lines: string[] = [];
  #command: string | undefined;

  constructor(onProgress: (progress: BuildProgress) => void) {
    this.onProgress = ({ step, line }) => {
      const clean = toBuildLine(line);
      this.#keep(clean);
      onProgress({ step, line: clean });
    };
  }

  #keep(line: string): void {
    if (line.startsWith(commandMark)) {
      this.#command = line.slice(commandMark.length);
      this.#lines.length = 0;
    } else if (line !== "" && !engineLine.test(line) && !uselessLine.test(line)) {
      this.#lines.push(shortened(line, shownLength));
      if (this.#lines.length > shownLines) this.#lines.shift();
    }
  }

  toError({ what, flags }: FailedImage, error: unknown): VaultboxError {
    if (isVaultboxError(error, "VBX_IMAGE_BUILD_FAILED")) return error;
    const said = error instanceof Error ? error.message : String(error);
    const status = /returned a non-zero code: (\d+)/.exec(said)?.[1];
    const why =
      status === undefined || this.#command === undefined
        ? toBuildLine(said)
        : `${quoted(this.#command, shownLength)} failed with status ${status}`;
    const tail = this.#lines.length === 0 ? "" : `; its last lines: ${this.#lines.join(" | ")}`;
    const again = ["vaultbox", "image", "build", ...flags].map(toShellWord).join(" ");
    return new VaultboxError("VBX_IMAGE_BUILD_FAILED", `cannot build ${what}: ${why}${tail}`, {
      cause: error,
      hints: [`see every line with: ${again}`],
    });
  }
}
