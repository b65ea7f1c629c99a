import { Command } from "commander";
import { buildCommand as buildFollow } from "./follow.ts";
import { buildCommand as buildList } from "./list.ts";
import { buildCommand as buildShow } from "./show.ts";
import { buildCommand as buildVerify } from "./verify.ts";

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
