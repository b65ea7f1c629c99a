import { type ListedLog, listLogs } from "../../audit/list-logs.ts";
import { findLogFiles } from "../../audit/session-log.ts";
import { resolvePaths } from "../../base/paths.ts";
import { formatDuration, formatSize } from "../../base/units.ts";
import { listSessions } from "../../session/list-sessions.ts";
import { cutForTerminal, noteCutValues, printJson, printLines, printNote } from "../output.ts";
import { toTable } from "../table.ts";
import { parseLimit } from "./parse-filter.ts";

export interface ListFlags {
  readonly limit: string;
  readonly json?: boolean;
}

/** Prints the sessions that have an audit log. @throws VaultboxError VBX_USAGE */
export async function listAudits(flags: ListFlags): Promise<void> {
  const limit = parseLimit(flags.limit);
  const paths = resolvePaths();
  const all = await findLogFiles(paths.sessions);
  const running = new Set(
    (await listSessions(paths)).flatMap(({ id, status }) => (status === "running" ? id : [])),
  );
  const bytes = all.reduce((sum, { size }) => sum + size, 0);
  const logs = await listLogs(all.slice(0, limit));
  const shown = logs.map((log) => ({ ...log, running: running.has(log.session) }));
  if (flags.json === true) return printJson({ sessions: shown, count: all.length, bytes });
  if (all.length === 0) return printNote("no session was recorded yet: vaultbox run -- COMMAND");
  const lines = toListLines(shown);
  printLines(lines);
  noteCutValues(lines, "vaultbox audit list --json");
  const left = all.length - shown.length;
  if (left > 0) printNote(`${left} older ones: vaultbox audit list --limit all`);
  printNote(
    `all logs take ${formatSize(bytes)}; to remove old ones: vaultbox prune --sessions 90d`,
  );
}

const maxCommandLength = 60;

/** A line for each session; whoever prints them makes them printable. */
export function toListLines(
  logs: readonly (ListedLog & { readonly running: boolean })[],
): readonly string[] {
  const headings = ["session", "started (UTC)", "took", "status", "requests", "refused"];
  return toTable(
    [...headings, "command"],
    logs.map((log) => [
      log.session,
      (log.startedAt ?? log.writtenAt).slice(0, 16).replace("T", " "),
      toTime(log),
      log.running ? "running" : String(log.status ?? "-"),
      String(log.requests ?? "-"),
      String(log.refused ?? "-"),
      log.command === undefined
        ? "not started"
        : cutForTerminal(log.command.join(" "), maxCommandLength),
    ]),
  );
}

function toTime({ startedAt, endedAt }: ListedLog): string {
  if (startedAt === undefined || endedAt === undefined) return "-";
  return formatDuration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
}
