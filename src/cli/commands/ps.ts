import { Command } from "commander";

export function buildCommand(): Command {
  return new Command("ps")
    .description("list the sessions of this machine that run now")
    .option("--json", "as one JSON document")
    .action(listRunning);
}

async function listRunning(flags: { readonly json?: boolean }): Promise<void> {
  const [
    { resolvePaths },
    { listSessions },
    { printJson, printLines },
    { toTable },
    { shortened },
  ] = await Promise.all([
    import("../../config/paths.ts"),
    import("../../sandbox/list-sessions.ts"),
    import("../output.ts"),
    import("../table.ts"),
    import("../../printable.ts"),
  ]);
  const sessions = await listSessions(resolvePaths());
  if (flags.json === true) {
    printJson({ sessions });
    return;
  }
  if (sessions.length === 0) {
    printLines(["no sessions; start one with: vaultbox run -- COMMAND"]);
    return;
  }
  const rows = sessions.map(({ id, status, agent, startedAt, workspace, command }) => [
    id,
    status,
    agent,
    startedAt.slice(0, 19).replace("T", " "),
    workspace,
    shortened(command.join(" "), 60),
  ]);
  printLines(
    toTable(["session", "status", "agent", "started (UTC)", "workspace", "command"], rows),
  );
}
