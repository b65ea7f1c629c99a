import { Command } from "commander";
import { buildCommand as buildAdd } from "./add.ts";
import { buildCommand as buildList } from "./list.ts";
import { buildCommand as buildPresets } from "./presets.ts";
import { buildCommand as buildRemove } from "./remove.ts";
import { buildCommand as buildRotate } from "./rotate.ts";
import { buildCommand as buildShow } from "./show.ts";
import { buildCommand as buildTest } from "./test.ts";

export function buildCommand(): Command {
  return new Command("credential")
    .description("keep secrets with the places they are for; a sandbox sees only placeholders")
    .addHelpText("after", "\nExample:\n  vaultbox credential add github")
    .addCommand(buildAdd())
    .addCommand(buildList())
    .addCommand(buildShow())
    .addCommand(buildTest())
    .addCommand(buildRotate())
    .addCommand(buildRemove())
    .addCommand(buildPresets());
}
