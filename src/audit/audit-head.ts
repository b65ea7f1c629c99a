import { hasCode } from "../base/errors.ts";
import { randomBytes } from "node:crypto";
import { rename, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { readRegularText } from "../base/fs/regular-file.ts";
import { fieldsOf, flag, parseJson, text, wholeNumber } from "../base/shape.ts";

/** How far the log had come when it was last synced: a log that is shorter was cut. */
export interface AuditHead {
  readonly session: string;
  /** Number of records, 0 for none */
  readonly seq: number;
  /** Hash of the last of them, or the session's genesis hash */
  readonly hash: string;
  /** Whether the last of them is `session.end` */
  readonly ended: boolean;
}

const auditHead = fieldsOf<AuditHead>({
  session: text,
  seq: wholeNumber(0),
  hash: text,
  ended: flag,
});

/** `audit.head` beside `audit.jsonl`. */
export function headPath(logPath: string): string {
  return join(dirname(logPath), "audit.head");
}

/** Replaces the head. `durable` pays for fsync; without it a crash leaves an older head, which is still true of the log. */
export async function writeHead(
  logPath: string,
  head: AuditHead,
  options: { readonly durable: boolean },
): Promise<void> {
  const path = headPath(logPath);
  const line = `${JSON.stringify(head)}\n`;
  if (options.durable) {
    await writeFileAtomic(path, line, { mode: 0o600 });
    return;
  }
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, line, { flag: "wx", mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** The head beside a log: `undefined` when there is none, `"unreadable"` when it isn't one. */
export async function readHead(logPath: string): Promise<AuditHead | "unreadable" | undefined> {
  try {
    return parseJson(await readRegularText(headPath(logPath)), auditHead) ?? "unreadable";
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    return "unreadable";
  }
}
