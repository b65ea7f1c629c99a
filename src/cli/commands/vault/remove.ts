import { Command } from "commander";

export function buildCommand(): Command {
  return new Command("remove")
    .summary("delete a vault with its credentials and its key")
    .description(
      "delete a vault with its credentials and its key; backups of an encrypted file can't be opened without the key",
    )
    .argument("<vault>", "name of the vault")
    .option("-y, --yes", "don't ask")
    .addHelpText("after", "\nExample:\n  vaultbox vault remove work --yes")
    .action(async (name: string, flags: { yes?: boolean }) => {
      const { removeVault } = await import("../../../vault/remove-vault.ts");
      const { confirm, toVaultContext } = await import("../../vault-access.ts");
      const { checkName } = await import("../../../vault/stored-credential.ts");
      const { printNote } = await import("../../output.ts");
      checkName("vault", name);
      await confirm(`delete the vault "${name}" with all its credentials and its key?`, flags);
      await removeVault(toVaultContext(), name);
      printNote(`deleted the vault "${name}"`);
    });
}
