import { Command } from "commander";

interface Flags {
  readonly recipient?: readonly string[];
  readonly passphraseFile?: string;
}

export function buildCommand(): Command {
  return new Command("export")
    .summary("write a vault to a new encrypted file")
    .description(
      "write a vault to a new age file of mode 0600, encrypted with a passphrase that is asked for, or to recipients",
    )
    .argument("<vault>", "name of the vault")
    .argument("<file>", "file to write; it must not exist")
    .option("-r, --recipient <recipient>", "age recipient (age1…) instead of a passphrase", collect)
    .option("--passphrase-file <file>", "read the passphrase from this file of mode 0600")
    .addHelpText(
      "after",
      "\nExamples:\n  vaultbox vault export work work-backup.age\n  vaultbox vault export work for-ci.age --recipient age1…",
    )
    .action(async (name: string, file: string, flags: Flags) => {
      const { exportNamedVault } = await import("../../vault/transfer-vault.ts");
      await exportNamedVault(name, file, flags);
    });
}

/** An option that may be given again. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
