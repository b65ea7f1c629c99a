import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";

/** What a user sees when a log can't be opened or read. */
export function unreadable(path: string, cause: unknown): VaultboxError {
  if (cause instanceof VaultboxError) return cause;
  const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  if (isMissing) {
    return new VaultboxError("VBX_SESSION_UNKNOWN", `there is no audit log at ${quoted(path)}`, {
      hints: ["the newest session: vaultbox audit show", "the running ones: vaultbox ps"],
      cause,
    });
  }
  const fact = cause instanceof Error ? cause.message : String(cause);
  return new VaultboxError(
    "VBX_AUDIT_DAMAGED",
    `cannot read the audit log ${quoted(path)}: ${fact}`,
    { cause },
  );
}
