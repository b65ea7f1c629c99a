import { VaultboxError } from "../../base/errors.ts";
import { toPrintable } from "../../base/printable.ts";
import type { PostureAssert } from "./posture.ts";

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
