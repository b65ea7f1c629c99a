// The voice (stderr, prefix, lower case, no full stop), after age's tui.go: what could not be done, the fact that
// stopped it, then what the user can do. Expected errors show no stack; a bug shows its stack and asks for a report.
import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { hasCode, toFirstFailure, VaultboxError } from "../base/errors.ts";
import { toPathReason } from "../base/fs/named-path.ts";
import { quoted } from "../base/printable.ts";
import { writeJson, writeLine } from "../base/print.ts";
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
const placeHint =
  "HOME (or XDG_STATE_HOME, XDG_CONFIG_HOME, XDG_DATA_HOME, VAULTBOX_HOME) must lead to folders that this user may write in";
const machineHint =
  "vaultbox needs room and write access in its own folders; which they are: vaultbox doctor";

/** What went wrong first; a VaultboxError where it's no bug. */
export function toExpected(failure: unknown): unknown {
  const error = toFirstFailure(failure);
  if (isOfCall(error, "uv_cwd")) {
    // getcwd(3), wherever a relative path is first made absolute
    const text = "cannot tell what is meant from here: the folder that you are in was removed";
    return machineError(text, "go to a folder that is there: cd", error);
  }
  if (isOfCall(error, "mkdtemp")) {
    const text = `cannot make a temporary folder: ${error.message}`;
    return machineError(text, "TMPDIR must name a folder that this user may write in", error);
  }
  if (isOfCall(error, "mkdir")) {
    const place = "path" in error ? quoted(String(error.path)) : "of its own";
    const text = `cannot make the folder ${place}: ${toMkdirReason(error)}`;
    return machineError(text, placeHint, error);
  }
  if (!(error instanceof Error && hasCode(error, ...machineCodes))) return error;
  return machineError(`cannot go on: ${error.message}`, machineHint, error);
}

/** A recursive mkdir of Node says ENOENT where the system said that the file system is read-only. */
function toMkdirReason(error: Error): string {
  try {
    if ("path" in error) accessSync(dirname(String(error.path)), constants.W_OK);
    return toPathReason(error);
  } catch (cause) {
    return toPathReason(cause);
  }
}

function machineError(text: string, hint: string, cause: Error): VaultboxError {
  return new VaultboxError("VBX_CONFIG_INVALID", text, { hints: [hint], cause });
}

function isOfCall(error: unknown, call: string): error is Error {
  return error instanceof Error && "syscall" in error && error.syscall === call;
}

function toLines(error: VaultboxError): readonly string[] {
  const hints = error.hints.map((hint) => `vaultbox: hint: ${hint}`);
  return [`vaultbox: error: ${error.message}`, ...hints];
}

function toJson({ code, message, hints }: VaultboxError): unknown {
  return { error: { code, message, hints } };
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

/** Ends the program on what nobody awaited, as on any bug: Node would print the error's text as it is. */
export function reportUncaught(
  program: Pick<NodeJS.Process, "on" | "exit">,
  options: { readonly json: boolean },
): void {
  program.on("uncaughtException", (error) => program.exit(reportError(error, options)));
}
