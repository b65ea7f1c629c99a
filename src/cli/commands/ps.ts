import { Command } from "commander";

/** On a terminal, characters. */
const maxCommandLength = 60;

/** What a session that has no command of the user's is for. */
const ownCommands = { proxy: "(a proxy alone)", test: "(a test of a credential)" } as const;

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
    import("../output.ts"),
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
    agent,
    startedAt.slice(0, 19).replace("T", " "),
    workspace,
    kind === "run" ? cutForTerminal(command.join(" "), maxCommandLength) : ownCommands[kind],
  ]);
  const headings = ["session", "status", "agent", "started (UTC)", "workspace", "command"];
  const lines = toTable(headings, rows);
  printLines(lines);
  noteCutValues(lines, "vaultbox ps --json");
}
