import { Command } from "commander";
import type { AuditVerification } from "../../../audit/verify-audit.ts";

export function buildCommand(): Command {
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

async function verify(
  wanted: string | undefined,
  flags: { readonly json?: boolean },
): Promise<void> {
  const { resolvePaths } = await import("../../../base/paths.ts");
  const { findSessionLog, toNamedLog } = await import("../../../audit/session-log.ts");
  const { verifyAudit } = await import("../../../audit/verify-audit.ts");
  const { printJson, printLines } = await import("../../output.ts");
  const isFile = wanted !== undefined && /[/\\]|\.jsonl$/.test(wanted);
  const { sessions } = resolvePaths();
  const log = isFile ? toNamedLog(sessions, wanted) : await findSessionLog(sessions, wanted);
  const { path, session } = log;
  const result = await verifyAudit(path, session);
  if (flags.json === true) printJson({ path, ...result });
  else printLines(toVerificationLines(result));
  if (result.status !== "damaged") return;
  const { VaultboxError } = await import("../../../base/errors.ts");
  const { quoted } = await import("../../../base/printable.ts");
  const first = result.findings.find(({ kind }) => kind !== "incomplete-last-line");
  throw new VaultboxError(
    "VBX_AUDIT_DAMAGED",
    `the audit log ${quoted(path)} is damaged at line ${first?.line}: ${first?.message}`,
    { hints: ["records before that line can be relied on, those after it can't"] },
  );
}

/** The result in one line, then one for each finding. */
export function toVerificationLines(result: AuditVerification): readonly string[] {
  const { status, session, records, ended, findings } = result;
  const end = ended ? "ended" : "no end recorded";
  return [
    `session ${session ?? "unknown"}: ${status}, ${records} records, ${end}`,
    ...findings.map(({ line, kind, message }) => `line ${line}: ${kind}: ${message}`),
  ];
}
