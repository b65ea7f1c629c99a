// The voice (stderr, prefix, lower case, no full stop), after age's tui.go: what could not be done, the fact that
// stopped it, then what the user can do. Expected errors show no stack; a bug shows its stack and asks for a report.
import { toFirstFailure, VaultboxError } from "../errors.ts";
import { writeJson, writeLine } from "../print.ts";
import { revealedSecrets } from "../redact.ts";
import { version } from "./version.ts";

/** Exit status of an expected failure, wrong usage and a bug. */
export const exitStatus = { failure: 1, usage: 2, bug: 70 } as const;

/** Prints the error on stderr, as text or as one JSON object, and returns the exit status for it. */
export function reportError(failure: unknown, options: { json: boolean }): number {
  const error = toExpected(failure);
  if (error instanceof VaultboxError) {
    if (error.code === "VBX_CANCELLED") return exitStatus.failure;
    if (options.json) writeJson("stderr", toJson(error));
    else writeLines(toLines(error));
    if (process.env["VAULTBOX_DEBUG"] === "1") writeLines(toCauseChain(error));
    return error.code === "VBX_USAGE" ? exitStatus.usage : exitStatus.failure;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  writeLines([
    `vaultbox: error: this is a bug in vaultbox ${version()}`,
    ...stack.split("\n"),
    "vaultbox: hint: report it with the lines above, see SECURITY.md if it looks exploitable",
  ]);
  return exitStatus.bug;
}

/** A full disk, a read-only home or too many open files is no bug, wherever it shows first. */
const machineCodes = ["ENOSPC", "EDQUOT", "EROFS", "EMFILE", "ENFILE", "EACCES", "EPERM", "EIO"];
const machineHint = "vaultbox needs room and write access in its own folders; see vaultbox doctor";

/** What went wrong first; a VaultboxError where it's no bug. */
export function toExpected(failure: unknown): unknown {
  const error = toFirstFailure(failure);
  if (!isMachineFailure(error)) return error;
  const text = `cannot go on: ${error.message}`;
  return new VaultboxError("VBX_CONFIG_INVALID", text, { hints: [machineHint], cause: error });
}

function isMachineFailure(error: unknown): error is Error {
  return error instanceof Error && "code" in error && machineCodes.includes(String(error.code));
}

function toLines(error: VaultboxError): readonly string[] {
  const hints = error.hints.map((hint) => `vaultbox: hint: ${hint}`);
  return [`vaultbox: error: ${error.message}`, ...hints];
}

function toJson({ code, message, hints }: VaultboxError): unknown {
  const redact = (text: string): string => revealedSecrets.redact(text);
  return { error: { code, message: redact(message), hints: hints.map(redact) } };
}

function toCauseChain(error: Error): readonly string[] {
  const lines: string[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    lines.push(`vaultbox: debug: caused by: ${cause.message}`);
  }
  return lines;
}

function writeLines(lines: readonly string[]): void {
  for (const line of lines) writeLine("stderr", line);
}
