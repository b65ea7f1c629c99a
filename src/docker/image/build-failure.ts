import { VaultboxError, isVaultboxError } from "../../errors.ts";
import { quoted, toPrintable } from "../../printable.ts";
import { toShellWord } from "../../shell-word.ts";
import type { BuildProgress } from "./image-request.ts";

/** How many of the last lines an error shows */
const shownLines = 5;
/** How the scripts of an image show a command before it runs */
const commandMark = "$ ";
/** Lines of the engine itself */
const engineLine = /^(?:Step \d+\/\d+ : | ?---> |Removing intermediate container )/;

/** An image whose build failed. */
interface FailedImage {
  readonly what: string;
  readonly flags: readonly string[];
}

/** Keeps the last lines of a build, and puts them into the error of a failed one. */
export class BuildTrace {
  readonly onProgress: (progress: BuildProgress) => void;
  readonly #lines: string[] = [];
  #command: string | undefined;

  constructor(onProgress: (progress: BuildProgress) => void) {
    this.onProgress = (progress) => {
      this.#keep(progress.line);
      onProgress(progress);
    };
  }

  #keep(line: string): void {
    if (line.startsWith(commandMark)) {
      this.#command = line.slice(commandMark.length);
      this.#lines.length = 0;
    } else if (line.trim() !== "" && !engineLine.test(line)) {
      this.#lines.push(toPrintable(line.trim()));
      if (this.#lines.length > shownLines) this.#lines.shift();
    }
  }

  toError({ what, flags }: FailedImage, error: unknown): VaultboxError {
    if (isVaultboxError(error, "VBX_IMAGE_BUILD_FAILED")) return error;
    const said = error instanceof Error ? error.message : String(error);
    const status = /returned a non-zero code: (\d+)/.exec(said)?.[1];
    const why =
      status === undefined || this.#command === undefined
        ? toPrintable(said)
        : `${quoted(this.#command, 300)} failed with status ${status}`;
    const tail = this.#lines.length === 0 ? "" : `; its last lines: ${this.#lines.join(" | ")}`;
    const again = ["vaultbox", "image", "build", ...flags].map(toShellWord).join(" ");
    return new VaultboxError("VBX_IMAGE_BUILD_FAILED", `cannot build ${what}: ${why}${tail}`, {
      cause: error,
      hints: [`see every line with: ${again}`],
    });
  }
}
