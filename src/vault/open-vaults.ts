import { VaultboxError } from "../base/errors.ts";
import { patiently } from "../base/patience.ts";
import { quoted } from "../base/printable.ts";
import { revealedSecrets, type Secret } from "../base/redact.ts";
import { CommandSecret, readFromCommand, readFromEnv } from "./secret-source.ts";
import { isSigningKey } from "./stored-credential.ts";
import type {
  SecretSource,
  StoredCredential,
  StoredSigningKey,
  VaultEntry,
} from "./stored-credential.ts";
import { Leased } from "./leased.ts";
import { findVaultKind, openStore } from "./vault-catalog.ts";
import { defaultVault, type VaultContext } from "./vault-context.ts";
import type { LockableStore } from "./lockable-store.ts";

/** A vault as a session uses it. */
export interface OpenVault {
  readonly name: string;
  readonly kind: "keychain" | "age";
  /** As they were when the vault was opened, sorted by name; without secrets */
  readonly credentials: readonly StoredCredential[];
  /** Keys that sign commits, likewise */
  readonly signingKeys: readonly StoredSigningKey[];
  /**
   * The secret as it is now, so that a rotated one reaches a running session, at once where it was asked for lately; a source
   * command runs once per session. What failed and may have asked a person is asked again after a pause, see `patiently`.
   * Rejects with a VaultboxError when the credential was removed or is now bound to another place.
   */
  readonly reveal: (name: string) => Secret | Promise<Secret>;
  /** The server refused this secret: what a command gave is asked for again by the next `reveal`. */
  readonly reject: (name: string, secret: Secret) => void;
}

/**
 * Opens the vaults in the given order, the order in which their credentials win. Without names, the default vault if
 * there is one.
 * @throws VaultboxError VBX_VAULT_UNKNOWN for a named vault that isn't there; VBX_VAULT_LOCKED, VBX_VAULT_DAMAGED, …
 */
export async function openVaults(
  names: readonly string[],
  context: VaultContext,
): Promise<readonly OpenVault[]> {
  if (names.length === 0) {
    const exists = (await findVaultKind(context, defaultVault)) !== undefined;
    return exists ? [await openVault(defaultVault, context)] : [];
  }
  const vaults: OpenVault[] = [];
  // One after the other: each may ask for its passphrase
  for (const name of new Set(names)) vaults.push(await openVault(name, context));
  return vaults;
}

async function openVault(name: string, context: VaultContext): Promise<OpenVault> {
  const store = await openStore(context, name);
  const { entries } = await store.read();
  const items = entries.map((entry) => entry.credential);
  const signingKeys = items.filter((item) => isSigningKey(item));
  const credentials = items.filter((item): item is StoredCredential => !isSigningKey(item));
  const sources = new Map<string, () => Secret | Promise<Secret>>();
  const commands = new Map<string, CommandSecret>();
  for (const credential of credentials) {
    const { source } = credential;
    if (source.type === "command") {
      const read = patiently(() => told(readFromCommand(credential, source, store.name)));
      const command = new CommandSecret(read);
      commands.set(credential.name, command);
      sources.set(
        credential.name,
        whileThere(store, credential, () => command.get()),
      );
    } else sources.set(credential.name, toReveal(store, { ...credential, source }, context.env));
  }
  for (const key of signingKeys) {
    if (key.source.type !== "stored") continue;
    sources.set(
      key.name,
      leased(store, () => revealKey(store, key)),
    );
  }
  const reveal = (wanted: string): Secret | Promise<Secret> => {
    const source = sources.get(wanted);
    return source?.() ?? Promise.reject(gone(name, wanted, "it has no such credential"));
  };
  const reject = (wanted: string, secret: Secret): void => commands.get(wanted)?.reject(secret);
  return { name, kind: store.kind, credentials, signingKeys, reveal, reject };
}

function toReveal(
  store: LockableStore,
  credential: StoredCredential & { readonly source: Exclude<SecretSource, { type: "command" }> },
  env: NodeJS.ProcessEnv,
): () => Secret | Promise<Secret> {
  const { source } = credential;
  switch (source.type) {
    case "stored":
      return leased(store, () => revealStored(store, credential));
    case "env": {
      // Read now: what the session's own environment says later is not the user's choice any more
      const value = env[source.variable];
      const fixed = value === undefined ? {} : { [source.variable]: value };
      return leased(store, async () => {
        await findUnchanged(store, credential);
        return readFromEnv(credential, source.variable, fixed);
      });
    }
  }
}

function leased(store: LockableStore, read: () => Promise<Secret>): Leased<Secret>["get"] {
  return toLease(store, () => told(read()));
}

/** A keychain that is locked may ask its user. */
function toLease<Value>(store: LockableStore, ask: () => Promise<Value>): Leased<Value>["get"] {
  const answer = store.kind === "keychain" ? patiently(ask) : ask;
  const lease = new Leased(async () => {
    // Nobody is asked, so what it says holds at once
    await store.checkUnlocked();
    return answer();
  });
  return () => lease.get();
}

/** What isn't in the vault itself, for as long as the vault says that it's used. */
function whileThere(
  store: LockableStore,
  credential: StoredCredential,
  get: () => Promise<Secret>,
): () => Promise<Secret> {
  const find = toLease(store, () => findUnchanged(store, credential));
  return async () => {
    await find();
    return await get();
  };
}

/** From now on our own output is without it. */
async function told(secret: Secret | Promise<Secret>): Promise<Secret> {
  const known = await secret;
  revealedSecrets.add(known);
  return known;
}

async function revealStored(store: LockableStore, opened: StoredCredential): Promise<Secret> {
  const { secret } = await findUnchanged(store, opened);
  if (secret !== undefined) return secret;
  throw sourceChanged(store, opened);
}

async function readOpened(store: LockableStore, name: string): Promise<VaultEntry> {
  const entry = await store.readEntry(name);
  if (entry !== undefined) return entry;
  throw gone(store.name, name, "it was removed since the session began");
}

async function findUnchanged(store: LockableStore, opened: StoredCredential): Promise<VaultEntry> {
  const entry = await readOpened(store, opened.name);
  const { credential } = entry;
  // The session decided by the binding it began with: a secret that is now for another place must not follow it
  if (
    isSigningKey(credential) ||
    JSON.stringify(credential.bindings) !== JSON.stringify(opened.bindings)
  ) {
    throw gone(store.name, opened.name, "its binding was changed since the session began");
  }
  if (JSON.stringify(credential.source) === JSON.stringify(opened.source)) return entry;
  throw sourceChanged(store, opened);
}

function sourceChanged(store: LockableStore, { name }: StoredCredential): VaultboxError {
  return gone(store.name, name, "its source was changed since the session began");
}

/** The same key as at the beginning: the sandbox was told the public half. */
async function revealKey(store: LockableStore, opened: StoredSigningKey): Promise<Secret> {
  const entry = await readOpened(store, opened.name);
  const { credential, secret } = entry;
  if (isSigningKey(credential) && credential.publicKey === opened.publicKey && secret)
    return secret;
  throw gone(store.name, opened.name, "it was replaced since the session began");
}

function gone(vault: string, credential: string, why: string): VaultboxError {
  return new VaultboxError(
    "VBX_CREDENTIAL_UNKNOWN",
    `cannot use the credential ${quoted(credential)} of the vault ${quoted(vault)}: ${why}`,
  );
}
