import type { FileHandle } from "node:fs/promises";
import { openRegularFile } from "../base/fs/regular-file.ts";
import { maxLineBytes } from "./bounded-event.ts";
import { VaultboxError, hasCode } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";

/** One line of a log as it lies in the file, read as Latin-1 so that every byte counts. */
export interface LogLine {
  /** From 1 */
  readonly number: number;
  readonly text: string;
  /** Whether its line break is there: only the last line can lack it, after a crash or while it's written */
  readonly isComplete: boolean;
}

const chunkBytes = 256 * 1024;
const lineFeed = 0x0a;

/**
 * The lines of a file of any size, one chunk in memory at a time. Of a longer line than is written only the beginning is
 * given: memory stays bounded whatever the file holds.
 * @throws VaultboxError VBX_SESSION_UNKNOWN when there's no such file, VBX_AUDIT_DAMAGED when it can't be read
 */
export async function* readLogLines(path: string): AsyncGenerator<LogLine> {
  await using handle = await openForReading(path);
  yield* readLinesOf(handle);
}

/**
 * The same of a file that is open, from where it was read to.
 * @param awaitMore called at the end of what is there; whether to look again
 * @throws Error of the system
 */
export async function* readLinesOf(
  handle: FileHandle,
  awaitMore: () => Promise<boolean> = () => Promise.resolve(false),
): AsyncGenerator<LogLine> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let number = 1;
  let pending = "";
  for (;;) {
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, null);
    if (bytesRead === 0) {
      if (await awaitMore()) continue;
      break;
    }
    let from = 0;
    for (;;) {
      const to = chunk.indexOf(lineFeed, from);
      if (to === -1 || to >= bytesRead) break;
      const text = cut(pending, chunk.toString("latin1", from, to));
      pending = "";
      yield { number, text, isComplete: true };
      number += 1;
      from = to + 1;
    }
    pending = cut(pending, chunk.toString("latin1", from, bytesRead));
  }
  if (pending !== "") yield { number, text: pending, isComplete: false };
}

function cut(pending: string, more: string): string {
  return pending.length + more.length > maxLineBytes
    ? (pending + more).slice(0, maxLineBytes)
    : pending + more;
}

export async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await openRegularFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What a user sees when a log can't be opened or read. */
function unreadable(path: string, cause: unknown): VaultboxError {
  if (cause instanceof VaultboxError) return cause;
  const isMissing = hasCode(cause, "ENOENT");
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
