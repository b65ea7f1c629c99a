const mebibyte = 1024 ** 2;
const dayNs = 24n * 3600n * 1_000_000_000n;

/** How much of one agent's conversations is kept for a project. What is newest stays. */
export const historyLimits = {
  /** Since it was last written to, `ns` */
  ageNs: 90n * dayNs,
  /** In one transcript, `bytes` */
  fileBytes: 256 * mebibyte,
  /** In all of them, `bytes` */
  bytes: 1024 * mebibyte,
  files: 10_000,
  /** An empty folder may be one in which a session that runs is about to write, `ns` */
  emptyFolderAgeNs: dayNs,
} as const;

/** Names that are looked at or removed in one go, before a session; a sandbox may have left any number of them. */
export const sweepSteps = 40_000;
/** The same for `prune`, for which nobody waits. */
export const pruneSteps = 20_000_000;

/** A sandbox left more than is looked through at a time. */
export class SweepLimitError extends Error {}

/** The work that one sweep may do. */
export class SweepSteps {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  /** @throws SweepLimitError */
  spend(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new SweepLimitError("more was left there than is looked through");
  }
}
