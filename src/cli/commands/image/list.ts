import { Command } from "commander";

export function buildCommand(): Command {
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
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { connectEngine } = await import("../../../engine/connect-engine.ts");
      const { listVaultboxImages } = await import("../../../engine/image/list-images.ts");
      const { printJson, printLines, printNote } = await import("../../output.ts");
      const { toImageLines, toUseNote } = await import("./list-text.ts");
      const built = await listVaultboxImages(await connectEngine(process.env));
      if (json === true) return printJson(built);
      if (built.images.length === 0)
        return printNote("there is no image yet: vaultbox image build");
      printLines(toImageLines(built.images));
      printNote(toUseNote(built));
    });
}
