import { dirname } from "node:path";
import { Command } from "commander";

interface ShowFlags {
  readonly host?: string;
  readonly method?: string;
  readonly refused?: boolean;
  readonly since?: string;
  readonly limit: string;
  readonly json?: boolean;
}

export function buildCommand(): Command {
  return new Command("show")
    .description("list a session's requests and sum them up")
    .argument("[session]", "session id or its beginning (default: the newest)")
    .option("--host <host>", "only this host, or *.host for its subdomains")
    .option("--method <method>", "only this method")
    .option("--refused", "only what was refused")
    .option("--since <when>", "only what came after a time (2026-01-31T12:00:00Z) or ago (10m, 2h)")
    .option("--limit <number>", "the newest so many, or all", "100")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  vaultbox audit show --refused\n  vaultbox audit show 3f9a --host api.github.com --since 1h",
    )
    .action(show);
}

async function show(wanted: string | undefined, flags: ShowFlags): Promise<void> {
  const { parseFilter } = await import("./parse-filter.ts");
  const { resolvePaths } = await import("../../../base/paths.ts");
  const { findSessionLog } = await import("../../../audit/session-log.ts");
  const { readSessionReport } = await import("../../../audit/session-report.ts");
  const { printJson, printLines } = await import("../../output.ts");
  const { readHandoff } = await import("../../../workspace/workspace-record.ts");
  const filter = parseFilter(flags, Date.now());
  const log = await findSessionLog(resolvePaths().sessions, wanted);
  const report = await readSessionReport(log.path, filter, log.session);
  const handoff = await readHandoff(dirname(log.path));
  if (flags.json === true) {
    printJson({ ...log, ...report, ...(handoff && { handoff }) });
    return;
  }
  const { auditPaints, toReportLines } = await import("./audit-text.ts");
  const { noteCutValues } = await import("../../cut-text.ts");
  const lines = toReportLines(report, { ...log, handoff });
  printLines(lines, auditPaints);
  noteCutValues(lines, `vaultbox audit show ${log.session} --json`);
}
