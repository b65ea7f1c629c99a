import { VaultboxError } from "../../base/errors.ts";
import { Secret } from "../../base/redact.ts";
import { toAdd } from "../../vault/change-credentials.ts";
import { readFromSource } from "../../vault/secret-source.ts";
import { isSigningKey, type StoredCredential } from "../../vault/stored-credential.ts";
import { findVaultKind, openStore } from "../../vault/vault-catalog.ts";
import { printLines, printNote, printWarning } from "../output.ts";
import { openOrCreateStore, toVaultContext } from "../vault-access.ts";
import { toBindingText } from "./describe.ts";
import { isSigningKeyRequest, toKeyNotes, toNewSigningKey } from "./new-signing-key.ts";
import type { SigningKeyFlags } from "./new-signing-key.ts";
import { type NewCredentialFlags, toNewCredential } from "./new-credential.ts";
import { readSecret, refuseSecretArguments } from "./read-secret.ts";

/** All that can be wrong is found before the secret is asked for, and the vault is made after it was given. */
export async function addCredential(
  name: string,
  extra: readonly string[],
  flags: NewCredentialFlags & SigningKeyFlags & { readonly vault: string },
): Promise<void> {
  refuseSecretArguments(name, extra);
  if (isSigningKeyRequest(flags)) return addSigningKey(name, flags);
  const credential = await toNewCredential(name, flags, new Date());
  const context = toVaultContext();
  const exists = (await findVaultKind(context, flags.vault)) !== undefined;
  const opened = exists ? await openStore(context, flags.vault) : undefined;
  const isStored = credential.source.type === "stored";
  const probe = isStored ? { credential, secret: new Secret(name, "-") } : { credential };
  const { vault } = flags;
  if (opened !== undefined) {
    toAdd([probe], { vault, replace: false })((await opened.read()).entries);
  }
  const entry = isStored
    ? { credential, secret: new Secret(name, await readSecret(name)) }
    : { credential };
  const store = opened ?? (await openOrCreateStore(context, flags.vault));
  await store.update(toAdd([entry], { vault, replace: false }));
  await trySource(vault, credential);
  const hosts = credential.bindings.map(toBindingText).join(", ");
  const where = `in the vault "${vault}" for ${hosts}`;
  printNote(`stored the credential "${name}" ${where}; in a sandbox: ${credential.env.join(", ")}`);
}

/** Asks its command or variable once: what doesn't work is better known now than from a refused request. It may be set up later. */
async function trySource(vault: string, credential: StoredCredential): Promise<void> {
  try {
    await readFromSource(credential, process.env, vault);
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    printWarning(`${error.message}; it is stored, and requests are refused until that works`);
    for (const hint of error.hints) printNote(`hint: ${hint}`);
  }
}

/** The public key goes to stdout, so that it can be piped to whatever registers it. */
async function addSigningKey(
  name: string,
  flags: SigningKeyFlags & { readonly vault: string },
): Promise<void> {
  const context = toVaultContext();
  const entry = await toNewSigningKey(name, flags, { now: new Date(), env: process.env });
  const store = await openOrCreateStore(context, flags.vault);
  await store.update(toAdd([entry], { vault: flags.vault, replace: false }));
  if (isSigningKey(entry.credential)) printLines([entry.credential.publicKey]);
  for (const note of toKeyNotes(flags.vault, entry)) printNote(note);
}
