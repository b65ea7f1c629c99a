import { VaultboxError } from "../../base/errors.ts";
import { checkName } from "../../vault/stored-credential.ts";
import { createVault, type CreateVaultOptions, findVaultKind } from "../../vault/vault-catalog.ts";
import { printNote } from "../output.ts";
import { readNewPassphrase, toVaultContext } from "../vault-access.ts";

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
