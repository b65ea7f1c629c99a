import { Secret } from "../../redact.ts";
import { toAdd } from "../../vault/change-credentials.ts";
import { findVaultKind, openStore } from "../../vault/vault-catalog.ts";
import { printNote } from "../output.ts";
import { openOrCreateStore, toVaultContext } from "../vault-access.ts";
import { toBindingText } from "./describe.ts";
import { type NewCredentialFlags, toNewCredential } from "./new-credential.ts";
import { readSecret, refuseSecretArguments } from "./read-secret.ts";

/** All that can be wrong is found before the secret is asked for, and the vault is made after it was given. */
export async function addCredential(
  name: string,
  extra: readonly string[],
  flags: NewCredentialFlags & { readonly vault: string },
): Promise<void> {
  refuseSecretArguments(name, extra);
  const credential = await toNewCredential(name, flags, new Date());
  const context = toVaultContext();
  const exists = (await findVaultKind(context, flags.vault)) !== undefined;
  const opened = exists ? await openStore(context, flags.vault) : undefined;
  const isStored = credential.source.type === "stored";
  const probe = isStored ? { credential, secret: new Secret(name, "-") } : { credential };
  if (opened !== undefined) toAdd([probe], { replace: false })((await opened.read()).entries);
  const entry = isStored
    ? { credential, secret: new Secret(name, await readSecret(name)) }
    : { credential };
  const store = opened ?? (await openOrCreateStore(context, flags.vault));
  await store.update(toAdd([entry], { replace: false }));
  const hosts = credential.bindings.map(toBindingText).join(", ");
  const where = `in the vault "${flags.vault}" for ${hosts}`;
  printNote(`stored the credential "${name}" ${where}; in a sandbox: ${credential.env.join(", ")}`);
}
