import { Command } from "commander";
import { addImageOptions, collect, type ImageFlags, readImageFlags } from "../command-options.ts";
import { printJson, printLines } from "../output.ts";

interface BuildFlags extends ImageFlags {
  readonly agent: readonly string[];
  readonly rebuild?: boolean;
  readonly json?: boolean;
}

export function buildCommand(): Command {
  return new Command("image")
    .description("build and list the images that sandboxes run")
    .addHelpText("after", "\nExample:\n  vaultbox image build --agent claude --rebuild")
    .addCommand(buildBuild())
    .addCommand(buildList());
}

function buildBuild(): Command {
  const command = new Command("build")
    .summary("build the base image, and agents and tools on it")
    .description(
      "build the base image, and agents and tools on it; what is there already is kept (run builds what it needs by itself)",
    )
    .option("--agent <agent>", "an agent to build an image for (repeatable)", collect, []);
  return addImageOptions(command)
    .option("--rebuild", "build again: newer packages, the agent's newest version")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  vaultbox image build\n  vaultbox image build --agent claude --rebuild\n  vaultbox image build --agent claude --package golang --npm-package pnpm",
    )
    .action(async ({ agent, rebuild = false, json, ...flags }: BuildFlags) => {
      const { buildImages } = await import("../build-images.ts");
      const tags = await buildImages({ agents: agent, image: readImageFlags(flags), rebuild });
      if (json === true) printJson({ images: tags });
      else printLines(tags);
    });
}

function buildList(): Command {
  return new Command("list")
    .summary("list the images that vaultbox built on this engine")
    .description(
      "list the images that vaultbox built on this engine, with all that each takes, and what no other one of them has",
    )
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nThose that a run would not use any more: vaultbox prune --images\n\nExample:\n  vaultbox image list",
    )
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const { printImages } = await import("../list-images.ts");
      await printImages(json);
    });
}
