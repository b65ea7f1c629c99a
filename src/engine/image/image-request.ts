/** A step of a build and one line of its output; `line` is printable only after `toPrintable`. */
export interface BuildProgress {
  readonly step: string;
  readonly line: string;
}

/** What every `ensure…Image` needs beside the engine. */
export interface ImageOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The same for all processes of this machine, so that no two of them build the same image */
  readonly lockFolder: string;
  readonly onProgress: (progress: BuildProgress) => void;
  /** Build even when the image is there */
  readonly rebuild?: boolean;
}
