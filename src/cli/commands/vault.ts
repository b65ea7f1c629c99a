import { Command, Option } from "commander";
import { printJson, printLines, printNote } from "../output.ts";
import type { CreateVaultOptions } from "../../vault/vault-catalog.ts";
import type { ExportFlags, ImportFlags } from "../vault/transfer-vault.ts";

export function buildCommand(): Command {
  return new Command("vault")
    .description("make, list, lock, remove and move vaults: named sets of credentials")
    .addHelpText("after", "\nExample:\n  vaultbox vault create work")
    .addCommand(buildCreate())
    .addCommand(buildList())
    .addCommand(buildLock())
    .addCommand(buildUnlock())
    .addCommand(buildRemove())
    .addCommand(buildExport())
    .addCommand(buildImport());
}

const createHelp = `
Without --store the keychain of the system is used if one answers, else an
encrypted file. The file is in the age format: the age command opens it too. It
is opened by an identity (kept in the keychain if one answers, else in a file of
mode 0600) or by a passphrase (VAULTBOX_PASSPHRASE_FILE, or asked for).

Examples:
  vaultbox vault create work
  vaultbox vault create ci --store age --unlock identity`;

function buildCreate(): Command {
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
    .addHelpText("after", createHelp)
    .action(async (name: string, flags: CreateVaultOptions) => {
      const { createNamedVault } = await import("../vault-access.ts");
      await createNamedVault(name, flags);
    });
}

function buildList(): Command {
  return new Command("list")
    .summary("list the vaults and how each is kept")
    .description("list the vaults and how each is kept; none is opened")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  vaultbox vault list --json")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { listVaults } = await import("../../vault/vault-catalog.ts");
      const { toVaultContext } = await import("../vault-access.ts");
      const { toTable } = await import("../table.ts");
      const vaults = await listVaults(toVaultContext());
      if (json === true) return printJson({ vaults });
      if (vaults.length === 0)
        return printNote("there is no vault yet: vaultbox credential add NAME");
      const rows = vaults.map(({ name, store, unlock, locked }) => [
        name,
        store,
        unlock,
        locked ? "locked" : "",
      ]);
      printLines(toTable(["name", "store", "opened by", "state"], rows));
    });
}

function buildLock(): Command {
  return new Command("lock")
    .summary("stop the use of vaults, in running sessions too")
    .description(
      "stop the use of vaults: once this returns, no request of any session gets a credential of them, until they are unlocked",
    )
    .argument("<vault...>", "names of vaults")
    .addHelpText("after", "\nExample:\n  vaultbox vault lock work")
    .action(async (names: readonly string[]) => {
      const { lockNamedVaults } = await import("../vault/lock-vaults.ts");
      await lockNamedVaults(names);
    });
}

function buildUnlock(): Command {
  return new Command("unlock")
    .summary("let vaults be used again that were locked")
    .description("let vaults be used again, in sessions that went on meanwhile too")
    .argument("<vault...>", "names of vaults")
    .addHelpText("after", "\nExample:\n  vaultbox vault unlock work")
    .action(async (names: readonly string[]) => {
      const { unlockNamedVaults } = await import("../vault/lock-vaults.ts");
      await unlockNamedVaults(names);
    });
}

function buildRemove(): Command {
  return new Command("remove")
    .summary("delete a vault with its credentials and its key")
    .description(
      "delete a vault with its credentials and its key; backups of an encrypted file can't be opened without the key",
    )
    .argument("<vault>", "name of the vault")
    .option("-y, --yes", "don't ask")
    .addHelpText("after", "\nExample:\n  vaultbox vault remove work --yes")
    .action(async (name: string, flags: { yes?: boolean }) => {
      const { removeVault } = await import("../../vault/remove-vault.ts");
      const { confirm, toVaultContext } = await import("../vault-access.ts");
      const { checkName } = await import("../../vault/stored-credential.ts");
      checkName("vault", name);
      await confirm(`delete the vault "${name}" with all its credentials and its key?`, flags);
      await removeVault(toVaultContext(), name);
      printNote(`deleted the vault "${name}"`);
    });
}

function buildExport(): Command {
  return new Command("export")
    .summary("write a vault to a new encrypted file")
    .description(
      "write a vault to a new age file of mode 0600, encrypted with a passphrase that is asked for, or to recipients",
    )
    .argument("<vault>", "name of the vault")
    .argument("<file>", "file to write; it must not exist")
    .option("-r, --recipient <recipient>", "age recipient (age1…) instead of a passphrase", repeat)
    .option("--passphrase-file <file>", "read the passphrase from this file of mode 0600")
    .addHelpText(
      "after",
      "\nExamples:\n  vaultbox vault export work work-backup.age\n  vaultbox vault export work for-ci.age --recipient age1…",
    )
    .action(async (name: string, file: string, flags: ExportFlags) => {
      const { exportNamedVault } = await import("../vault/transfer-vault.ts");
      await exportNamedVault(name, file, flags);
    });
}

/** Its own, as `command-options.ts` loads what decides policies. */
function repeat(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function buildImport(): Command {
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
    .action(async (name: string, file: string | undefined, flags: ImportFlags) => {
      const { importIntoVault } = await import("../vault/transfer-vault.ts");
      await importIntoVault(name, file, flags);
    });
}
