import { appendFileSync, mkdirSync } from "node:fs";

/** One row of the attack scoreboard in docs/security.md, written by the test that ran it. */
export interface Score {
  /** Row number of the scoreboard */
  readonly row: number;
  readonly test: string;
  readonly attempts: number;
  readonly blocked: number;
  /** How many of the same attempts succeeded with the guard off or against a naive peer */
  readonly controlSucceeded: number;
}

const folder = new URL("../../test-results/", import.meta.url);

/** Appends to test-results/scoreboard.jsonl; `npm run docs:scoreboard` turns it into the table. */
export function recordScore(score: Score): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(new URL("scoreboard.jsonl", folder), `${JSON.stringify(score)}\n`);
}
