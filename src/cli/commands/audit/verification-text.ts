import type { AuditVerification } from "../../../audit/verify-audit.ts";

/** The result in one line, then one for each finding. */
export function toVerificationLines(result: AuditVerification): readonly string[] {
  const { status, session, records, ended, findings } = result;
  const end = ended ? "ended" : "no end recorded";
  return [
    `session ${session ?? "unknown"}: ${status}, ${records} records, ${end}`,
    ...findings.map(({ line, kind, message }) => `line ${line}: ${kind}: ${message}`),
  ];
}
