import { Command } from "commander";
import { addImageOptions, type ImageFlags } from "../../image-options.ts";
import { collect } from "../../policy-options.ts";

interface BuildFlags extends ImageFlags {
  readonly agent: readonly string[];
  readonly rebuild?: boolean;
  readonly json?: boolean;
}

export function buildCommand(): Command {
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
    .action(async (flags: BuildFlags) => {
      const { buildImages } = await import("../../build-images.ts");
      const { readImageFlags } = await import("../../image-options.ts");
      const { printJson, printLines } = await import("../../output.ts");
      const image = readImageFlags(flags);
      const tags = await buildImages({
        agents: flags.agent,
        image,
        rebuild: flags.rebuild === true,
      });
      if (flags.json === true) printJson({ images: tags });
      else printLines(tags);
    });
}
