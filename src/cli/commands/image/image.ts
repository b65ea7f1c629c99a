import { Command } from "commander";
import { buildCommand as buildBuild } from "./build.ts";
import { buildCommand as buildList } from "./list.ts";

export function buildCommand(): Command {
  return new Command("image")
    .description("build and list the images that sandboxes run")
    .addHelpText("after", "\nExample:\n  vaultbox image build --agent claude --rebuild")
    .addCommand(buildBuild())
    .addCommand(buildList());
}
