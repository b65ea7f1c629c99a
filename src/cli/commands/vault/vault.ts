import { Command } from "commander";
import { buildCommand as buildCreate } from "./create.ts";
import { buildCommand as buildExport } from "./export.ts";
import { buildCommand as buildImport } from "./import.ts";
import { buildCommand as buildList } from "./list.ts";
import { buildCommand as buildRemove } from "./remove.ts";

export function buildCommand(): Command {
  return new Command("vault")
    .description("make, list, remove and move vaults: named sets of credentials")
    .addHelpText("after", "\nExample:\n  vaultbox vault create work")
    .addCommand(buildCreate())
    .addCommand(buildList())
    .addCommand(buildRemove())
    .addCommand(buildExport())
    .addCommand(buildImport());
}
