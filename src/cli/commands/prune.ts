import { Command } from "commander";
import type { PruneFlags } from "../prune.ts";

export function buildCommand(): Command {
  return new Command("prune")
    .description(
      "remove what sessions that died left behind, histories kept for checking pushes, what is known of workspaces that are gone, and conversations beyond their limits",
    )
    .option("--history", "remove all conversations of agents that are kept for projects")
    .option(
      "--images",
      "also remove images of older versions, and those with tools or on your own images",
    )
    .option(
      "--sessions <age>",
      "also remove the audit logs, and all else that is recorded, of sessions that ended longer ago, as in 90d",
    )
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  vaultbox prune --images --sessions 90d")
    .action(async (flags: PruneFlags) => {
      const { pruneLeftovers } = await import("../prune.ts");
      await pruneLeftovers(flags);
    });
}
