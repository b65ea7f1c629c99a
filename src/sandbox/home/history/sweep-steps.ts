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
