import { VaultboxError, isVaultboxError } from "../../errors.ts";
import { toPrintable } from "../../printable.ts";
import type { BuildProgress } from "./image-request.ts";

/** How many of the last lines an error shows */
const shownLines = 3;

/** Keeps the last lines of a build, and puts them into the error of a failed one. */
export class BuildTrace {
  readonly onProgress: (progress: BuildProgress) => void;
  readonly #lines: string[] = [];

  constructor(onProgress: (progress: BuildProgress) => void) {
    this.onProgress = (progress) => {
      this.#lines.push(progress.line);
      if (this.#lines.length > shownLines) this.#lines.shift();
      onProgress(progress);
    };
  }

  toError(what: string, error: unknown): VaultboxError {
    if (isVaultboxError(error, "VBX_IMAGE_BUILD_FAILED")) return error;
    const why = error instanceof Error ? error.message : String(error);
    const lines = this.#lines.map((line) => toPrintable(line.trim())).filter((line) => line !== "");
    const tail = lines.length === 0 ? "" : `; its last lines: ${lines.join(" | ")}`;
    return new VaultboxError(
      "VBX_IMAGE_BUILD_FAILED",
      `cannot build ${what}: ${toPrintable(why)}${tail}`,
      { cause: error, hints: ["see every line with: vaultbox image build"] },
    );
  }
}
