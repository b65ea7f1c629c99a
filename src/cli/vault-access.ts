import { type Paths, resolvePaths } from "../base/paths.ts";
import { isVaultboxError, VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { readPassphraseFile } from "../vault/identity-file.ts";
import { createVault, findVaultKind, openStore } from "../vault/vault-catalog.ts";
import type { CreateVaultOptions } from "../vault/vault-catalog.ts";
import { defaultVault, type VaultContext } from "../vault/vault-context.ts";
import type { VaultStore } from "../vault/vault-store.ts";
import { canPrompt, printNote } from "./output.ts";
import { promptHidden, promptNewPassphrase, promptYes } from "./prompt.ts";
import { checkName } from "../vault/stored-credential.ts";

/** Shorter passphrases are found by trying, whatever the derivation costs. */
const minPassphraseLength = 10;

/** How this command reaches vaults: the user is asked only on a terminal. */
export function toVaultContext(): VaultContext & { readonly paths: Paths } {
  const { env } = process;
  return { paths: resolvePaths(env), env, prompt: canPrompt() ? promptHidden : undefined };
}

/** The vault to write to; the default one is made when it's first needed, and a note says where. */
export async function openOrCreateStore(context: VaultContext, name: string): Promise<VaultStore> {
  return name === defaultVault ? openOrMakeStore(context, name) : openStore(context, name);
}

/** The vault to write to, made if there is none; a note says where. Another process may make it at the same time. */
export async function openOrMakeStore(context: VaultContext, name: string): Promise<VaultStore> {
  if ((await findVaultKind(context, name)) !== undefined) return openStore(context, name);
  try {
    const { store, where } = await createVault(context, name, {});
    printNote(`created the vault ${quoted(name)} ${where}`);
    return store;
  } catch (error) {
    if (isVaultboxError(error, "VBX_VAULT_EXISTS")) return openStore(context, name);
    throw error;
  }
}

/**
 * A passphrase for something new: from a 0600 file, or typed twice.
 * @throws VaultboxError VBX_USAGE, VBX_VAULT_LOCKED without file and terminal
 */
export async function readNewPassphrase(
  question: string,
  path: string | undefined,
): Promise<string> {
  const passphrase = await readOrAsk(question, path);
  if (passphrase.length >= minPassphraseLength) return passphrase;
  throw new VaultboxError(
    "VBX_USAGE",
    `cannot use this passphrase: it has fewer than ${minPassphraseLength} characters`,
    { hints: ["four or five random words are good"] },
  );
}

function readOrAsk(question: string, path: string | undefined): Promise<string> {
  if (path !== undefined && path !== "") return readPassphraseFile(path);
  if (canPrompt()) return promptNewPassphrase(question);
  throw new VaultboxError("VBX_VAULT_LOCKED", "cannot ask for a passphrase: there is no terminal", {
    hints: ["set VAULTBOX_PASSPHRASE_FILE to a file of mode 0600 that holds it"],
  });
}

/**
 * Goes on only after a yes.
 * @throws VaultboxError VBX_USAGE without `--yes` and terminal, VBX_CANCELLED
 */
export async function confirm(question: string, options: { yes?: boolean }): Promise<void> {
  if (options.yes === true) return;
  if (!canPrompt()) {
    throw new VaultboxError("VBX_USAGE", "cannot ask whether to go on: there is no terminal", {
      hints: ["add --yes"],
    });
  }
  if (!(await promptYes(question))) throw new VaultboxError("VBX_CANCELLED", "cancelled");
}

/** @throws VaultboxError VBX_USAGE, VBX_VAULT_EXISTS, VBX_VAULT_LOCKED, VBX_KEYCHAIN_UNAVAILABLE */
export async function createNamedVault(name: string, flags: CreateVaultOptions): Promise<void> {
  checkName("vault", name);
  if (flags.unlock !== undefined && flags.store !== "age") {
    throw new VaultboxError("VBX_USAGE", "--unlock is for an encrypted file", {
      hints: ["add --store age"],
    });
  }
  const context = toVaultContext();
  // Before anybody types a passphrase for nothing
  const exists = (await findVaultKind(context, name)) !== undefined;
  const asked = flags.unlock === "passphrase" && !exists;
  const question = `new passphrase of the vault "${name}": `;
  const passphrase = asked
    ? await readNewPassphrase(question, context.env["VAULTBOX_PASSPHRASE_FILE"])
    : undefined;
  const options = passphrase === undefined ? flags : { ...flags, passphrase };
  const { where } = await createVault(context, name, options);
  printNote(`created the vault "${name}" ${where}`);
}
