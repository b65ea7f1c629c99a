import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { VaultboxError, hasCode } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { isSessionId } from "../base/session-id.ts";

/** The audit log of a session, unread. */
export interface LogFile {
  readonly session: string;
  readonly path: string;
  /** `bytes` */
  readonly size: number;
  /** When it was written to last, `ms` since 1970 */
  readonly modifiedAt: number;
}

/**
 * The logs of all sessions, the one written to last first.
 * @throws VaultboxError VBX_SESSION_UNKNOWN when the folder can't be read; one that isn't there has none
 */
export async function findLogFiles(sessionsFolder: string): Promise<readonly LogFile[]> {
  const names = (await namesIn(sessionsFolder)).filter(isSessionId);
  const files = await Promise.all(
    names.map(async (session) => {
      const path = join(sessionsFolder, session, "audit.jsonl");
      const facts = await stat(path).catch(() => undefined);
      if (facts?.isFile() !== true) return [];
      return [{ session, path, size: facts.size, modifiedAt: facts.mtimeMs }];
    }),
  );
  return files.flat().sort((a, b) => b.modifiedAt - a.modifiedAt);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    const text = `cannot find the audit log: cannot read ${quoted(folder)}`;
    throw new VaultboxError("VBX_SESSION_UNKNOWN", text, {
      hints: ["see which folder it is: vaultbox doctor"],
      cause: error,
    });
  }
}
