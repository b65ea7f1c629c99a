import { Command } from "commander";

export function buildCommand(): Command {
  return new Command("presets")
    .summary("list the services that vaultbox knows, or show one")
    .description(
      "list the services that vaultbox knows, or show what one allows and where it sends its credential",
    )
    .argument("[preset]", "preset to show")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  vaultbox credential presets\n  vaultbox credential presets github",
    )
    .action(async (name: string | undefined, { json }: { readonly json?: boolean }) => {
      const { findPreset, listPresets } = await import("../../../presets/presets.ts");
      const { printJson, printLines } = await import("../../output.ts");
      const { toTable } = await import("../../table.ts");
      const { toPresetDetails, toPresetRow } = await import("../../credential/describe-preset.ts");
      if (name === undefined) {
        const presets = listPresets();
        if (json === true) return printJson({ presets });
        return printLines(toTable(["name", "variable", "summary"], presets.map(toPresetRow)));
      }
      const preset = findPreset(name);
      if (json === true) printJson({ preset });
      else printLines(toPresetDetails(preset));
    });
}
