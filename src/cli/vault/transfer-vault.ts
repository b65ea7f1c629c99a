import { resolve } from "node:path";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import type { AgeKey, AgeTarget } from "../../vault/age-file.ts";
import { readIdentityFile, readPassphraseFile } from "../../vault/identity-file.ts";
import { toAdd } from "../../vault/change-credentials.ts";
import {
  exportVault,
  identityFileHint,
  importEntries,
  readExportKind,
} from "../../vault/transfer.ts";
import { acceptRestoredVault, openStore } from "../../vault/vault-catalog.ts";
import { canPrompt, printNote } from "../output.ts";
import { promptHidden } from "../prompt.ts";
import { openOrMakeStore, readNewPassphrase, toVaultContext } from "../vault-access.ts";

export interface ExportFlags {
  readonly recipient?: readonly string[];
  readonly passphraseFile?: string;
}

/** @throws VaultboxError */
export async function exportNamedVault(
  name: string,
  file: string,
  flags: ExportFlags,
): Promise<void> {
  const { recipient, passphraseFile } = flags;
  if (recipient !== undefined && passphraseFile !== undefined) {
    throw new VaultboxError("VBX_USAGE", "--recipient and --passphrase-file exclude each other");
  }
  const store = await openStore(toVaultContext(), name);
  const target: AgeTarget =
    recipient === undefined
      ? {
          type: "passphrase",
          passphrase: await readNewPassphrase("passphrase of the exported file: ", passphraseFile),
        }
      : { type: "recipients", recipients: recipient };
  const count = await exportVault(store, resolve(file), target);
  printNote(`wrote ${count} credentials of the vault "${name}" to ${quoted(file)}`);
}

export interface ImportFlags {
  readonly identityFile?: string;
  readonly passphraseFile?: string;
  readonly replace?: boolean;
  readonly allowCommands?: boolean;
  readonly acceptRestored?: boolean;
}

/** @throws VaultboxError */
export async function importIntoVault(
  name: string,
  file: string | undefined,
  flags: ImportFlags,
): Promise<void> {
  const context = toVaultContext();
  if ((file === undefined) !== (flags.acceptRestored === true)) {
    throw new VaultboxError(
      "VBX_USAGE",
      "name a file to import, or --accept-restored, and not both",
    );
  }
  if (file === undefined) {
    await acceptRestoredVault(context, name);
    return printNote(`the vault "${name}" goes on from its file as it is now`);
  }
  const path = resolve(file);
  const keys = await readImportKeys(path, flags);
  const allowCommands = flags.allowCommands === true;
  const entries = await importEntries(path, keys, { allowCommands });
  const store = await openOrMakeStore(context, name);
  await store.update(toAdd(entries, { vault: name, replace: flags.replace === true }));
  printNote(`added ${entries.length} credentials to the vault "${name}"`);
}

async function readImportKeys(path: string, flags: ImportFlags): Promise<readonly AgeKey[]> {
  const { identityFile } = flags;
  if ((await readExportKind(path)) === "passphrase") {
    return [{ type: "passphrase", passphrase: await askPassphrase(path, quoted(path), flags) }];
  }
  if (identityFile === undefined) {
    throw new VaultboxError(
      "VBX_VAULT_LOCKED",
      `cannot open ${quoted(path)}: it needs an identity`,
      { hints: [identityFileHint] },
    );
  }
  const keyPath = resolve(identityFile);
  return readIdentityFile(keyPath, {
    opens: quoted(path),
    hint: identityFileHint,
    passphrase: () => askPassphrase(path, `the identity file ${quoted(keyPath)}`, flags),
  });
}

/** Of the exported file, or of the identity that opens it. */
async function askPassphrase(
  path: string,
  of: string,
  { passphraseFile }: ImportFlags,
): Promise<string> {
  if (passphraseFile !== undefined) return readPassphraseFile(resolve(passphraseFile));
  if (canPrompt()) return promptHidden(`passphrase of ${of}: `);
  throw new VaultboxError(
    "VBX_VAULT_LOCKED",
    `cannot open ${quoted(path)}: it needs a passphrase, and there is no terminal to ask for it`,
    { hints: ["add --passphrase-file FILE"] },
  );
}
