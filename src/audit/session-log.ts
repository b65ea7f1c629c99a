import { basename, dirname, resolve } from "node:path";
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { isSessionIdStart } from "../base/session-id.ts";
import { findLogFiles } from "./log-files.ts";

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
