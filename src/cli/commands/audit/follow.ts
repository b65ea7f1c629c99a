import { Command } from "commander";

export function buildCommand(): Command {
  return new Command("follow")
    .description("print a session's audit events as they happen, until it ends")
    .argument("[session]", "session id or its beginning (default: the newest)")
    .option("--json", "print each record as one line of JSON")
    .addHelpText("after", "\nExample:\n  vaultbox audit follow --json | jq .host")
    .action(follow);
}

async function follow(
  wanted: string | undefined,
  flags: { readonly json?: boolean },
): Promise<void> {
  const { resolvePaths } = await import("../../../base/paths.ts");
  const { findSessionLog } = await import("../../../audit/session-log.ts");
  const { followAudit } = await import("../../../audit/follow-audit.ts");
  const { printJsonLine, printLines } = await import("../../output.ts");
  const { auditPaints } = await import("./audit-text.ts");
  const { createFollowText } = await import("./audit-text.ts");
  const log = await findSessionLog(resolvePaths().sessions, wanted);
  const toText = createFollowText();
  // Its reader may have seen enough
  const reader = new AbortController();
  process.stdout.once("error", () => reader.abort());
  for await (const record of followAudit(log.path, {
    signal: reader.signal,
    session: log.session,
  })) {
    if (flags.json === true) printJsonLine(record);
    else printLines([toText(record)], auditPaints);
  }
}
