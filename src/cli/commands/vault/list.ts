import { Command } from "commander";

export function buildCommand(): Command {
  return new Command("list")
    .summary("list the vaults and how each is kept")
    .description("list the vaults and how each is kept; none is opened")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  vaultbox vault list --json")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { listVaults } = await import("../../../vault/vault-catalog.ts");
      const { toVaultContext } = await import("../../vault-access.ts");
      const { printJson, printLines, printNote } = await import("../../output.ts");
      const { toTable } = await import("../../table.ts");
      const vaults = await listVaults(toVaultContext());
      if (json === true) return printJson({ vaults });
      if (vaults.length === 0)
        return printNote("there is no vault yet: vaultbox credential add NAME");
      const rows = vaults.map(({ name, store, unlock }) => [name, store, unlock]);
      printLines(toTable(["name", "store", "opened by"], rows));
    });
}
