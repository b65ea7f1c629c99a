import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { VaultboxError } from "../errors.ts";
import { quoted } from "../printable.ts";

/** Where a session's log lies. */
export interface SessionLog {
  readonly session: string;
  readonly path: string;
}

const sessionId = /^[0-9a-f]{1,12}$/;

/**
 * The log of a session by its id or an unambiguous beginning of it; without one, of the session written to last.
 * @throws VaultboxError VBX_SESSION_UNKNOWN
 */
export async function findSessionLog(sessionsFolder: string, wanted?: string): Promise<SessionLog> {
  if (wanted !== undefined && !sessionId.test(wanted)) {
    throw unknown(`${quoted(wanted)} is not a session id`);
  }
  const found: (SessionLog & { readonly writtenAt: number })[] = [];
  for (const session of await namesIn(sessionsFolder)) {
    if (!sessionId.test(session) || !session.startsWith(wanted ?? "")) continue;
    const path = join(sessionsFolder, session, "audit.jsonl");
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined) found.push({ session, path, writtenAt: facts.mtimeMs });
  }
  const exact = found.find(({ session }) => session === wanted);
  const [newest, ...others] = exact ? [exact] : found.sort((a, b) => b.writtenAt - a.writtenAt);
  if (newest === undefined) {
    throw wanted === undefined
      ? unknown("no session was recorded yet", { hint: "vaultbox run records every session" })
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

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw unknown(`cannot read ${quoted(folder)}`, { cause: error });
  }
}

interface UnknownLog {
  readonly hint?: string;
  readonly cause?: unknown;
}

function unknown(
  fact: string,
  { hint = "the newest session: vaultbox audit show", cause }: UnknownLog = {},
): VaultboxError {
  return new VaultboxError("VBX_SESSION_UNKNOWN", `cannot find the audit log: ${fact}`, {
    hints: [hint],
    ...(cause === undefined ? {} : { cause }),
  });
}
