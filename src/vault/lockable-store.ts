// A vault that its user locked, for as long as that lasts: a file beside it says so. It's a switch for what runs, and no
// cipher: who may read the vault's key could delete the file too.
import { rm } from "node:fs/promises";
import { VaultboxError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { acquireLock } from "../base/fs/lock.ts";
import { ensurePrivateFolder, readFileVersion } from "../base/fs/private-file.ts";
import { quoted } from "../base/printable.ts";
import { waitOutLeases } from "./leased.ts";
import type { VaultPaths } from "./vault-context.ts";
import type { VaultChange, VaultContent, VaultStore } from "./vault-store.ts";

const text = "this vault is locked by its user\n";

/** While the vault is locked, nothing is read from its store and nothing changed in it. */
export class LockableStore implements VaultStore {
  readonly name: string;
  readonly kind: VaultStore["kind"];
  readonly #store: VaultStore;
  readonly #paths: VaultPaths;

  constructor(store: VaultStore, paths: VaultPaths) {
    this.name = store.name;
    this.kind = store.kind;
    this.#store = store;
    this.#paths = paths;
  }

  /** Asks nobody, a keychain neither. @throws VaultboxError VBX_VAULT_LOCKED */
  async checkUnlocked(): Promise<void> {
    if (await isLocked(this.#paths)) throw locked(this.name);
  }

  async read(): Promise<VaultContent> {
    await this.checkUnlocked();
    return this.#store.read();
  }

  async readEntry(name: string): ReturnType<VaultStore["readEntry"]> {
    await this.checkUnlocked();
    return this.#store.readEntry(name);
  }

  async update(change: VaultChange): Promise<void> {
    await this.checkUnlocked();
    return this.#store.update(change);
  }

  destroy(): Promise<void> {
    return this.#store.destroy();
  }
}

export async function isLocked(paths: VaultPaths): Promise<boolean> {
  return (await readFileVersion(paths.locked)) !== undefined;
}

/** Resolves when no running session uses the vault any more. @throws VaultboxError VBX_VAULT_UNWRITABLE */
export async function lockVault(paths: VaultPaths): Promise<void> {
  await ensurePrivateFolder(paths.folder);
  {
    // A change that has begun comes to its end before
    await using _lock = await acquireLock(paths.lock);
    await writeFileAtomic(paths.locked, text);
  }
  await waitOutLeases();
}

/** Whether it was locked. */
export async function unlockVault(paths: VaultPaths): Promise<boolean> {
  const wasLocked = await isLocked(paths);
  await rm(paths.locked, { force: true });
  return wasLocked;
}

export function locked(vault: string): VaultboxError {
  return new VaultboxError(
    "VBX_VAULT_LOCKED",
    `cannot use the vault ${quoted(vault)}: it is locked`,
    { hints: [`use it again: vaultbox vault unlock ${vault}`] },
  );
}
