import { toEngineChecks, type EngineFacts } from "./engine-checks.ts";
import type { PostureExpectation } from "./expectation.ts";
import { toInsideChecks } from "./inside-checks.ts";
import type { InsideFacts } from "./inside-facts.ts";

export interface PostureFacts extends EngineFacts {
  readonly inside: InsideFacts;
}

/** One checked fact. */
export interface PostureAssert {
  readonly name: string;
  readonly holds: boolean;
  /** What was found; shown when it doesn't hold */
  readonly found: string;
}

/** All asserts of a launch. A sandbox starts only if every one holds. */
export function evaluatePosture(
  facts: PostureFacts,
  expected: PostureExpectation,
): readonly PostureAssert[] {
  return [...toInsideChecks(facts.inside, expected), ...toEngineChecks(facts, expected)].map(
    ({ name, expected: holds, found }) => ({ name, holds, found: toText(found) }),
  );
}

function toText(found: unknown): string {
  if (Array.isArray(found)) return found.length === 0 ? "none" : found.join(", ");
  return String(found);
}
