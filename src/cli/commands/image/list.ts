import { Command } from "commander";

export function buildCommand(): Command {
  return new Command("list")
    .description("list the images that vaultbox built on this engine")
    .option("--json", "print one JSON document")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { connectEngine } = await import("../../../docker/connect-engine.ts");
      const { listVaultboxImages } = await import("../../../docker/image/list-images.ts");
      const { printJson, printLines, printNote } = await import("../../output.ts");
      const { toTable } = await import("../../table.ts");
      const images = await listVaultboxImages(await connectEngine(process.env));
      if (json === true) return printJson({ images });
      if (images.length === 0) return printNote("there is no image yet: vaultbox image build");
      const rows = images.map(({ tag, kind, agentPackage, tools, sizeBytes, createdAt }) => [
        tag,
        kind,
        [agentPackage, tools].filter((name) => name !== undefined).join(", ") || "-",
        `${Math.round(sizeBytes / 1e6)} MB`,
        createdAt.slice(0, 16).replace("T", " "),
      ]);
      printLines(toTable(["tag", "kind", "holds", "size", "created"], rows));
    });
}
