import { Command } from "commander";

interface Flags {
  readonly identityFile?: string;
  readonly passphraseFile?: string;
  readonly replace?: boolean;
  readonly allowCommands?: boolean;
  readonly acceptRestored?: boolean;
}

export function buildCommand(): Command {
  return new Command("import")
    .summary("add the credentials of an exported file to a vault")
    .description(
      "add the credentials of an exported file to a vault, which is made if it isn't there",
    )
    .argument("<name>", "name of the vault")
    .argument("[file]", "exported file")
    .option("--identity-file <file>", "open it with the age identity in this file of mode 0600")
    .option(
      "--passphrase-file <file>",
      "the passphrase of the file, or of its identity file, from this file of mode 0600",
    )
    .option("--replace", "replace credentials of the same name")
    .option(
      "--allow-commands",
      "take credentials whose secret comes from a command or a variable of this host too",
    )
    .option(
      "--accept-restored",
      "without a file: take the vault's own file as it is now, after you restored a backup of it",
    )
    .addHelpText("after", "\nExample:\n  vaultbox vault import work work-backup.age")
    .action(async (name: string, file: string | undefined, flags: Flags) => {
      const { importIntoVault } = await import("../../vault/transfer-vault.ts");
      await importIntoVault(name, file, flags);
    });
}
