import { appendFileSync, mkdirSync } from "node:fs";
import { TestRunner } from "vitest";

/** One row of the attack scoreboard in docs/security.md, written by the test that ran it. */
export interface Score {
  /** Row number of the scoreboard */
  readonly row: number;
  /** Name in its row, of this test alone: a row is summed over the names */
  readonly test: string;
  readonly attempts: number;
  readonly blocked: number;
  /** How many of the same attempts succeeded with the guard off or against a naive peer */
  readonly controlSucceeded: number;
}

/** A score as it's stored. */
export interface RecordedScore extends Score {
  /** File and full name of the test that recorded it */
  readonly by: string;
}

/** A test, in one of its tries. */
interface Recorder {
  /** The runner's own: two tests may have one name */
  readonly id: string;
  readonly by: string;
  readonly attempt: string;
}

const folder = new URL("../../test-results/", import.meta.url);
const recorders = new Map<string, Recorder>();

/**
 * Appends to test-results/scoreboard.jsonl; `npm run docs:scoreboard` turns it into the table. A second score of the same row
 * and name fails the test, unless the very same test is tried again; of two processes `npm test` finds them at its end.
 */
export function recordScore(score: Score): void {
  const recorder = currentRecorder();
  claimScore(recorders, score, recorder);
  mkdirSync(folder, { recursive: true });
  const recorded: RecordedScore = { ...score, by: recorder.by };
  appendFileSync(new URL("scoreboard.jsonl", folder), `${JSON.stringify(recorded)}\n`);
}

/** Throws when another test, or the same try of this one, has recorded the name. */
export function claimScore(
  claimed: Map<string, Recorder>,
  { row, test }: Pick<Score, "row" | "test">,
  recorder: Recorder,
): void {
  const key = `${row} ${test}`;
  const earlier = claimed.get(key);
  if (earlier !== undefined && (earlier.id !== recorder.id || earlier.attempt === recorder.attempt))
    throw new Error(`row ${row} has a score "${test}" already, of ${earlier.by}`);
  claimed.set(key, recorder);
}

function currentRecorder(): Recorder {
  const test = TestRunner.getCurrentTest();
  if (test === undefined) throw new Error("a score is recorded in a test, and not in a hook");
  const { startTime, retryCount, repeatCount } = test.result ?? {};
  return { id: test.id, by: test.fullName, attempt: `${startTime} ${retryCount} ${repeatCount}` };
}
