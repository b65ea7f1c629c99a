import { Command, Option } from "commander";

interface Flags {
  readonly store?: "keychain" | "age";
  readonly unlock?: "passphrase" | "identity";
}

const help = `
Without --store the keychain of the system is used if one answers, else an
encrypted file. The file is in the age format: the age command opens it too. It
is opened by an identity (kept in the keychain if one answers, else in a file of
mode 0600) or by a passphrase (VAULTBOX_PASSPHRASE_FILE, or asked for).

Examples:
  vaultbox vault create work
  vaultbox vault create ci --store age --unlock identity`;

export function buildCommand(): Command {
  return new Command("create")
    .summary("make a vault")
    .description("make a vault, a named set of credentials")
    .argument("<name>", "name of the vault")
    .addOption(new Option("--store <kind>", "where secrets are kept").choices(["keychain", "age"]))
    .addOption(
      new Option("--unlock <kind>", "what opens the encrypted file").choices([
        "passphrase",
        "identity",
      ]),
    )
    .addHelpText("after", help)
    .action(async (name: string, flags: Flags) => {
      const { createNamedVault } = await import("../../vault/create-vault.ts");
      await createNamedVault(name, flags);
    });
}
