import { Command } from "commander";
import { resolvePaths } from "../../base/paths.ts";
import { printJson, printLines } from "../output.ts";

/** The command's own ten seconds after SIGTERM, the look at what it left, and the removal. */
const stopTimeoutMs = 90_000;

export function buildCommand(): Command {
  return new Command("stop")
    .description("end sessions and remove their sandboxes")
    .argument("<running-session...>", "ids, or beginnings of them, as vaultbox ps shows them")
    .option("--json", "as one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  vaultbox stop 3f9a\n  vaultbox ps --json | jq -r .sessions[].id | xargs vaultbox stop",
    )
    .action(stop);
}

async function stop(ids: readonly string[], flags: { readonly json?: boolean }): Promise<void> {
  const { stopSession } = await import("../../session/list-sessions.ts");
  const stopped: string[] = [];
  for (const id of ids) stopped.push((await stopSession(resolvePaths(), id, stopTimeoutMs)).id);
  if (flags.json === true) printJson({ stopped });
  else printLines(stopped.map((id) => `stopped ${id}`));
}
