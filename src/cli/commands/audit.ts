import { dirname } from "node:path";
import { Command } from "commander";
import type { AuditVerification } from "../../audit/verify-audit.ts";
import { VaultboxError } from "../../base/errors.ts";
import { resolvePaths } from "../../base/paths.ts";
import { quoted } from "../../base/printable.ts";
import type { ListFlags } from "../audit/list-audits.ts";
import type { FilterFlags } from "../audit/parse-filter.ts";
import { printJson, printJsonLine, printLines } from "../output.ts";

interface JsonFlag {
  readonly json?: boolean;
}

export function buildCommand(): Command {
  return new Command("audit")
    .description(
      "what a session's requests were, how each was decided, and whether the log is whole",
    )
    .addHelpText("after", "\nExample:\n  vaultbox audit show --refused")
    .addCommand(buildList())
    .addCommand(buildShow())
    .addCommand(buildFollow())
    .addCommand(buildVerify());
}

function buildList(): Command {
  return new Command("list")
    .summary("list the sessions that have an audit log")
    .description("list the sessions that have an audit log, the one written to last first")
    .option("--limit <number>", "the newest so many, or all", "20")
    .option("--json", "as one JSON document")
    .addHelpText(
      "after",
      "\nLogs stay until you remove them: vaultbox prune --sessions 90d\n\nExamples:\n  vaultbox audit list\n  vaultbox audit show 3f9a",
    )
    .action(async (flags: ListFlags) => {
      const { listAudits } = await import("../audit/list-audits.ts");
      await listAudits(flags);
    });
}

function buildShow(): Command {
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

async function show(wanted: string | undefined, flags: FilterFlags & JsonFlag): Promise<void> {
  const { parseFilter } = await import("../audit/parse-filter.ts");
  const { findSessionLog } = await import("../../audit/session-log.ts");
  const { readSessionReport } = await import("../../audit/session-report.ts");
  const { readHandoff } = await import("../../workspace/workspace-record.ts");
  const filter = parseFilter(flags, Date.now());
  const log = await findSessionLog(resolvePaths().sessions, wanted);
  const report = await readSessionReport(log.path, filter, log.session);
  const handoff = await readHandoff(dirname(log.path));
  if (flags.json === true) return printJson({ ...log, ...report, ...(handoff && { handoff }) });
  const { auditPaints, toReportLines } = await import("../audit/audit-text.ts");
  const { noteCutValues } = await import("../output.ts");
  const lines = toReportLines(report, { ...log, handoff });
  printLines(lines, auditPaints);
  noteCutValues(lines, `vaultbox audit show ${log.session} --json`);
}

function buildFollow(): Command {
  return new Command("follow")
    .description("print a session's audit events as they happen, until it ends")
    .argument("[session]", "session id or its beginning (default: the newest)")
    .option("--json", "print each record as one line of JSON")
    .addHelpText("after", "\nExample:\n  vaultbox audit follow --json | jq .host")
    .action(follow);
}

async function follow(wanted: string | undefined, flags: JsonFlag): Promise<void> {
  const { findSessionLog } = await import("../../audit/session-log.ts");
  const { followAudit } = await import("../../audit/follow-audit.ts");
  const { auditPaints, createFollowText } = await import("../audit/audit-text.ts");
  const { path, session } = await findSessionLog(resolvePaths().sessions, wanted);
  const toText = createFollowText();
  // Its reader may have seen enough
  const reader = new AbortController();
  process.stdout.once("error", () => reader.abort());
  for await (const record of followAudit(path, { signal: reader.signal, session })) {
    if (flags.json === true) printJsonLine(record);
    else printLines([toText(record)], auditPaints);
  }
}

function buildVerify(): Command {
  return new Command("verify")
    .summary("check that a session's audit log is whole")
    .description("check that nothing in a session's audit log was changed, removed, added or moved")
    .argument(
      "[session|file]",
      "session id, its beginning, or an audit.jsonl (default: the newest)",
    )
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExits with 1 when the log is damaged.\n\nExample:\n  vaultbox audit verify 3f9a",
    )
    .action(verify);
}

async function verify(wanted: string | undefined, flags: JsonFlag): Promise<void> {
  const { findSessionLog, toNamedLog } = await import("../../audit/session-log.ts");
  const { verifyAudit } = await import("../../audit/verify-audit.ts");
  const isFile = wanted !== undefined && /[/\\]|\.jsonl$/.test(wanted);
  const { sessions } = resolvePaths();
  const log = isFile ? toNamedLog(sessions, wanted) : await findSessionLog(sessions, wanted);
  const { path, session } = log;
  const result = await verifyAudit(path, session);
  if (flags.json === true) printJson({ path, ...result });
  else printLines(toVerificationLines(result));
  if (result.status !== "damaged") return;
  const first = result.findings.find(({ kind }) => kind !== "incomplete-last-line");
  throw new VaultboxError(
    "VBX_AUDIT_DAMAGED",
    `the audit log ${quoted(path)} is damaged at line ${first?.line}: ${first?.message}`,
    { hints: ["records before that line can be relied on, those after it can't"] },
  );
}

/** The result in one line, then one for each finding. */
function toVerificationLines(result: AuditVerification): readonly string[] {
  const { status, session, records, ended, findings } = result;
  const end = ended ? "ended" : "no end recorded";
  return [
    `session ${session ?? "unknown"}: ${status}, ${records} records, ${end}`,
    ...findings.map(({ line, kind, message }) => `line ${line}: ${kind}: ${message}`),
  ];
}
