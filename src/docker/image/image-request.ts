/** A step of a build and one line of its output; `line` is printable only after `toPrintable`. */
export interface BuildProgress {
  readonly step: string;
  readonly line: string;
}

/** What every `ensure…Image` needs beside the engine. */
export interface ImageOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Folder for build locks, so that two processes don't build the same image; made when missing */
  readonly stateFolder: string;
  readonly onProgress: (progress: BuildProgress) => void;
  /** Build even when the image is there */
  readonly rebuild?: boolean;
}
