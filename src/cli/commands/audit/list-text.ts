import type { ListedLog } from "../../../audit/list-logs.ts";
import { formatDuration } from "../../../base/units.ts";
import { cutForTerminal } from "../../cut-text.ts";
import { toTable } from "../../table.ts";

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
