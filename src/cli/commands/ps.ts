import { Command } from "commander";

/** On a terminal, characters. */
const maxCommandLength = 60;

export function buildCommand(): Command {
  return new Command("ps")
    .description("list the sessions of this machine that run now")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  vaultbox ps --json")
    .action(listRunning);
}

async function listRunning(flags: { readonly json?: boolean }): Promise<void> {
  const [
    { resolvePaths },
    { listSessions },
    { printJson, printLines, printNote },
    { toTable },
    { cutForTerminal, noteCutValues },
  ] = await Promise.all([
    import("../../base/paths.ts"),
    import("../../session/list-sessions.ts"),
    import("../output.ts"),
    import("../table.ts"),
    import("../cut-text.ts"),
  ]);
  const sessions = await listSessions(resolvePaths());
  if (flags.json === true) {
    printJson({ sessions });
    return;
  }
  if (sessions.length === 0) {
    printNote("no session runs: vaultbox run -- COMMAND");
    return;
  }
  const rows = sessions.map(({ id, status, kind, agent, startedAt, workspace, command }) => [
    id,
    status,
    kind,
    agent,
    startedAt.slice(0, 19).replace("T", " "),
    workspace,
    cutForTerminal(command.join(" "), maxCommandLength),
  ]);
  const headings = ["session", "status", "kind", "agent", "started (UTC)", "workspace", "command"];
  const lines = toTable(headings, rows);
  printLines(lines);
  noteCutValues(lines, "vaultbox ps --json");
}
