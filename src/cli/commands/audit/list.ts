import { Command } from "commander";

interface ListFlags {
  readonly limit: string;
  readonly json?: boolean;
}

export function buildCommand(): Command {
  return new Command("list")
    .summary("list the sessions that have an audit log")
    .description("list the sessions that have an audit log, the one written to last first")
    .option("--limit <number>", "the newest so many, or all", "20")
    .option("--json", "as one JSON document")
    .addHelpText(
      "after",
      "\nLogs stay until you remove them: vaultbox prune --sessions 90d\n\nExamples:\n  vaultbox audit list\n  vaultbox audit show 3f9a",
    )
    .action(list);
}

async function list(flags: ListFlags): Promise<void> {
  const [{ findLogFiles }, { listLogs }, { resolvePaths }, { listSessions }] = await Promise.all([
    import("../../../audit/log-files.ts"),
    import("../../../audit/list-logs.ts"),
    import("../../../base/paths.ts"),
    import("../../../session/list-sessions.ts"),
  ]);
  const { parseLimit } = await import("./parse-filter.ts");
  const { toListLines } = await import("./list-text.ts");
  const { noteCutValues } = await import("../../cut-text.ts");
  const { printJson, printLines, printNote } = await import("../../output.ts");
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
  const { formatSize } = await import("../../../base/units.ts");
  const left = all.length - shown.length;
  if (left > 0) printNote(`${left} older ones: vaultbox audit list --limit all`);
  printNote(
    `all logs take ${formatSize(bytes)}; to remove old ones: vaultbox prune --sessions 90d`,
  );
}
