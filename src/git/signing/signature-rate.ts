import { Refusal } from "../../http/refusal.ts";

/** Signatures within an hour, all at once at most: a rebase of a long branch, and no work for a signing farm. */
export const maxSignaturesPerHour = 600;

/**
 * Takes one turn at each call; a bucket that fills up again evenly.
 * @param now in milliseconds
 * @throws Refusal 429 when there were too many
 */
export function createSignatureRate(now: () => number): () => void {
  const refillMs = 3_600_000 / maxSignaturesPerHour;
  let turns = maxSignaturesPerHour;
  let at = now();
  return () => {
    const time = now();
    turns = Math.min(maxSignaturesPerHour, turns + Math.max(0, time - at) / refillMs);
    at = time;
    if (turns < 1) {
      throw new Refusal(
        429,
        "limit-exceeded",
        `more than ${maxSignaturesPerHour} signatures within an hour`,
      );
    }
    turns -= 1;
  };
}
