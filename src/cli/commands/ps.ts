import { Command } from "commander";
import { resolvePaths } from "../../base/paths.ts";
import { cutForTerminal, noteCutValues, printJson, printLines, printNote } from "../output.ts";

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
  const { listSessions } = await import("../../session/list-sessions.ts");
  const { toTable } = await import("../table.ts");
  const sessions = await listSessions(resolvePaths());
  if (flags.json === true) return printJson({ sessions });
  if (sessions.length === 0) return printNote("no session runs: vaultbox run -- COMMAND");
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
