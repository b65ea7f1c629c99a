import { type EngineFacts, toEngineChecks } from "./engine-checks.ts";
import type { PostureExpectation } from "./expected-mounts.ts";
import { toInsideChecks } from "./inside-checks.ts";
import type { InsideFacts } from "./inside-facts.ts";
import { VaultboxError } from "../../base/errors.ts";
import { toPrintable } from "../../base/printable.ts";

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

/** @throws VaultboxError VBX_POSTURE_UNSAFE naming every assert that doesn't hold */
export function refuseUnsafe(asserts: readonly PostureAssert[]): void {
  const failed = asserts.filter(({ holds }) => !holds);
  if (failed.length === 0) return;
  const list = failed.map(({ name, found }) => `${name} (found: ${toPrintable(found)})`).join("; ");
  throw new VaultboxError(
    "VBX_POSTURE_UNSAFE",
    `the sandbox is not what was asked for, so the command was not started: ${list}`,
    {
      hints: [
        `${asserts.length - failed.length} of ${asserts.length} asserts hold`,
        "what this machine lacks: vaultbox doctor",
      ],
    },
  );
}
