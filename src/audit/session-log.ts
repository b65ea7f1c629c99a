import { basename, dirname, join, resolve } from "node:path";
import { hasCode, VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { isSessionId, isSessionIdStart } from "../base/session-id.ts";
import { readdir, stat } from "node:fs/promises";

/** Where a session's log lies. */
export interface SessionLog {
  readonly session: string;
  readonly path: string;
}

/**
 * The log of a session by its id or an unambiguous beginning of it; without one, of the session written to last.
 * @throws VaultboxError VBX_SESSION_UNKNOWN
 */
export async function findSessionLog(sessionsFolder: string, wanted?: string): Promise<SessionLog> {
  if (wanted !== undefined && !isSessionIdStart(wanted)) {
    throw unknown(`${quoted(wanted)} is not a session id`);
  }
  const files = await findLogFiles(sessionsFolder);
  const [newest, ...others] = files.filter(({ session }) => session.startsWith(wanted ?? ""));
  if (newest === undefined) {
    throw wanted === undefined
      ? unknown("no session was recorded yet", "vaultbox run records every session")
      : unknown(`no session ${quoted(wanted)}`);
  }
  if (wanted !== undefined && others.length > 0) {
    throw unknown(`${others.length + 1} sessions begin with ${quoted(wanted)}`);
  }
  return { session: newest.session, path: newest.path };
}

/** A log by its path; in a session's own folder it must be that session's. */
export function toNamedLog(
  sessionsFolder: string,
  path: string,
): { readonly path: string; readonly session: string | undefined } {
  const folder = dirname(resolve(path));
  const isInPlace = dirname(folder) === resolve(sessionsFolder);
  return { path, session: isInPlace ? basename(folder) : undefined };
}

function unknown(
  fact: string,
  hint = "the sessions there are: vaultbox audit list",
): VaultboxError {
  return new VaultboxError("VBX_SESSION_UNKNOWN", `cannot find the audit log: ${fact}`, {
    hints: [hint],
  });
}

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
