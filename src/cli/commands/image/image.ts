import { Command } from "commander";
import { buildCommand as buildBuild } from "./build.ts";
import { buildCommand as buildList } from "./list.ts";

export function buildCommand(): Command {
  return new Command("image")
    .description("build and list the images that sandboxes run")
    .addCommand(buildBuild())
    .addCommand(buildList());
}
