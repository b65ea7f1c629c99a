import { Command } from "commander";

interface BuildFlags {
  readonly agent: readonly string[];
  readonly rebuild?: boolean;
  readonly json?: boolean;
}

export function buildCommand(): Command {
  const collect = (value: string, earlier: readonly string[]) => [...earlier, value];
  return new Command("build")
    .summary("build the base image, and agents on it")
    .description(
      "build the base image, and agents on it; what is there already is kept (run builds what it needs by itself)",
    )
    .option("--agent <name>", "an agent to build an image for (repeatable)", collect, [])
    .option("--rebuild", "build again: newer packages, the agent's newest version")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  vaultbox image build\n  vaultbox image build --agent claude --rebuild",
    )
    .action(async (flags: BuildFlags) => {
      const { buildImages } = await import("../../build-images.ts");
      const { printJson, printLines } = await import("../../output.ts");
      const tags = await buildImages({ agents: flags.agent, rebuild: flags.rebuild === true });
      if (flags.json === true) printJson({ images: tags });
      else printLines(tags);
    });
}
