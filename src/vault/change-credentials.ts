// Changes of a vault's list of credentials, as `VaultStore.update` takes them. Each throws before anything is written.
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { Secret } from "../base/redact.ts";
import { isName, isSigningKey, type VaultEntry } from "./stored-credential.ts";
import type { VaultChange } from "./vault-store.ts";
import { toVaultFlag } from "./vault-context.ts";

/** Adds all of them; with `replace` those of the same name go. Throws VBX_CREDENTIAL_EXISTS. */
export function toAdd(
  added: readonly VaultEntry[],
  { vault, replace }: { readonly vault: string; readonly replace: boolean },
): VaultChange {
  const names = new Set(added.map((entry) => entry.credential.name));
  return (entries) => {
    const clash = entries.find((entry) => names.has(entry.credential.name));
    if (clash === undefined || replace) {
      return [...entries.filter((entry) => !names.has(entry.credential.name)), ...added];
    }
    const { name } = clash.credential;
    throw new VaultboxError(
      "VBX_CREDENTIAL_EXISTS",
      `cannot add the credential ${quoted(name)}: the vault has one of that name`,
      {
        hints: [
          `give it a new secret: vaultbox credential rotate ${name}${toVaultFlag(vault)}`,
          `or remove it first: vaultbox credential remove ${name}${toVaultFlag(vault)}`,
        ],
      },
    );
  };
}

/** Gives a credential another secret. Throws VBX_CREDENTIAL_UNKNOWN, VBX_USAGE. */
export function toRotate(vault: string, name: string, value: string, now: Date): VaultChange {
  return (entries) => {
    const old = findEntry(vault, entries, name);
    if (isSigningKey(old.credential)) throw notRotated(vault, name);
    if (old.credential.source.type !== "stored") throw notStored(vault, name);
    const credential = { ...old.credential, updatedAt: now.toISOString() };
    const renewed = { credential, secret: new Secret(name, value) };
    return entries.map((entry) => (entry === old ? renewed : entry));
  };
}

/** Throws VBX_CREDENTIAL_UNKNOWN. */
export function toRemove(vault: string, name: string): VaultChange {
  return (entries) => {
    const old = findEntry(vault, entries, name);
    return entries.filter((entry) => entry !== old);
  };
}

/** @throws VaultboxError VBX_CREDENTIAL_UNKNOWN */
export function findEntry(vault: string, entries: readonly VaultEntry[], name: string): VaultEntry {
  const entry = entries.find((candidate) => candidate.credential.name === name);
  if (entry !== undefined) return entry;
  throw new VaultboxError(
    "VBX_CREDENTIAL_UNKNOWN",
    // What isn't even a name may be a secret, typed in the wrong place
    `the vault ${quoted(vault)} has no credential ${isName(name) ? quoted(name) : "of that name"}`,
    { hints: [`see which it has: vaultbox credential list --vault ${vault}`] },
  );
}

/** Another signing key is another public key, which has to be registered anew: a name of its own keeps them apart. */
export function notRotated(vault: string, name: string): VaultboxError {
  return new VaultboxError("VBX_USAGE", `cannot rotate ${quoted(name)}: it is a signing key`, {
    hints: [
      `add the new one under another name: vaultbox credential add NAME --generate-signing-key${toVaultFlag(vault)}`,
      `then remove this one: vaultbox credential remove ${name}${toVaultFlag(vault)}`,
    ],
  });
}

/** A secret that the vault doesn't keep can't be rotated in it. */
export function notStored(vault: string, name: string): VaultboxError {
  return new VaultboxError(
    "VBX_USAGE",
    `cannot rotate ${quoted(name)}: its secret is not in the vault, but comes from a command or a variable`,
    { hints: [`see where: vaultbox credential show ${name}${toVaultFlag(vault)}`] },
  );
}
