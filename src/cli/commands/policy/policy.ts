import { Command } from "commander";
import { buildCommand as buildCheck } from "./check.ts";
import { buildCommand as buildExplain } from "./explain.ts";
import { buildCommand as buildShow } from "./show.ts";

export function buildCommand(): Command {
  return new Command("policy")
    .description("show, check and explain what a session may reach")
    .addHelpText("after", "\nExample:\n  vaultbox policy show")
    .addCommand(buildShow())
    .addCommand(buildExplain())
    .addCommand(buildCheck());
}
