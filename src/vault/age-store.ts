// A vault as one age file. The decrypted content stays in the memory of the process that opened it, with the key: scrypt
// at every request would take a second each. It is read again whenever the file has changed, so that a rotated secret
// reaches running sessions.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { debug } from "../base/debug.ts";
import { hasCode, isVaultboxError, toCode, VaultboxError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { acquireLock } from "../base/fs/lock.ts";
import { quoted } from "../base/printable.ts";
import { type AgeKey, decryptText, encryptText } from "./age-file.ts";
import { type AgeKeys, toIdentityAccount } from "./age-key.ts";
import {
  checkPrivateFolder,
  type FileVersion,
  ignoreMissing,
  isSameVersion,
  readFileVersion,
  readPrivateFile,
} from "../base/fs/private-file.ts";
import { type SeenCounter, toFileCounter, toKeychainCounter, toRemoved } from "./seen-counter.ts";
import { waitOutLeases } from "./leased.ts";
import { decodeContent, encodeContent, toSorted } from "./vault-content.ts";
import type { VaultPaths } from "./vault-context.ts";
import { takesAway } from "./vault-store.ts";
import type { VaultChange, VaultContent, VaultStore } from "./vault-store.ts";

/** The most that a vault file may have, bytes: 64 secrets of 64 KiB, escaped as JSON. */
export const maxVaultFileBytes = 32 * 1024 * 1024;

export interface AgeStoreOptions {
  readonly name: string;
  readonly paths: VaultPaths;
  readonly keys: AgeKeys;
}

export class AgeStore implements VaultStore {
  readonly kind = "age";
  readonly name: string;
  readonly #paths: VaultPaths;
  readonly #keys: AgeKeys;
  readonly #seen: SeenCounter;
  #opened: { version: FileVersion; content: VaultContent; key: AgeKey } | undefined;

  constructor({ name, paths, keys }: AgeStoreOptions) {
    this.name = name;
    this.#paths = paths;
    this.#keys = keys;
    this.#seen =
      keys.keychain === undefined
        ? toFileCounter(name, paths.seen)
        : toKeychainCounter(name, keys.keychain);
  }

  async read(): Promise<VaultContent> {
    const { content, seen } = await this.#open();
    if (content.counter < seen) throw this.#rolledBack(content.counter, seen);
    return content;
  }

  async readEntry(name: string): Promise<VaultContent["entries"][number] | undefined> {
    const { entries } = await this.read();
    return entries.find((entry) => entry.credential.name === name);
  }

  async update(change: VaultChange): Promise<void> {
    if (await this.#update(change)) await waitOutLeases();
  }

  /** Whether something was taken away. */
  async #update(change: VaultChange): Promise<boolean> {
    await using _lock = await acquireLock(this.#paths.lock);
    const content = await this.read();
    const entries = toSorted(change(content.entries));
    await this.#write({ counter: content.counter + 1, entries }, this.#openedKey());
    return takesAway(content.entries, entries);
  }

  /** Writes the first, empty content, under the vault's lock. */
  async create(): Promise<void> {
    const key = this.#keys.keys[0];
    if (key === undefined) throw new Error("a vault can't be created without a key");
    const { counter } = await this.#seen.read();
    await this.#write({ counter: counter + 1, entries: [] }, key);
  }

  /** Makes the file as it is now the newest of all that ever were, after its user restored a backup. */
  async acceptRestored(): Promise<void> {
    await this.#acceptRestored();
    await waitOutLeases();
  }

  async #acceptRestored(): Promise<void> {
    await using _lock = await acquireLock(this.#paths.lock);
    const { content, seen } = await this.#open();
    const counter = Math.max(content.counter, seen) + 1;
    await this.#write({ ...content, counter }, this.#openedKey());
  }

  async destroy(): Promise<void> {
    // First: whatever ends the process from here on, no older file is taken for the vault's
    await this.#seen.write(toRemoved(await this.#seen.read()));
    await rm(this.#paths.content, { force: true });
    await rm(this.#paths.identity, { force: true });
    await this.#keys.keychain?.delete(toIdentityAccount(this.name));
    await this.#sweep();
    await waitOutLeases();
  }

  #openedKey(): AgeKey {
    if (this.#opened === undefined) throw new Error("a vault was read without a key");
    return this.#opened.key;
  }

  /** The counter is read before the file: a writer in between makes the file newer than it, never older. */
  async #open(): Promise<{ content: VaultContent; seen: number }> {
    await checkPrivateFolder(this.#paths.folder).catch(ignoreMissing);
    const { counter: seen } = await this.#seen.read();
    const { content: path } = this.#paths;
    const opened = this.#opened;
    if (opened !== undefined && isSameVersion(opened.version, await readFileVersion(path))) {
      return { content: opened.content, seen };
    }
    const file = await readPrivateFile(path, maxVaultFileBytes);
    if (file === undefined) throw this.#missing();
    const { text, key } = await this.#decrypt(file.bytes);
    const content = decodeContent(this.name, text);
    this.#opened = { version: file.version, content, key };
    return { content, seen };
  }

  async #decrypt(bytes: Uint8Array): Promise<{ text: string; key: AgeKey }> {
    let mismatch: unknown;
    for (const key of this.#keys.keys) {
      try {
        return { text: await decryptText(this.name, bytes, key), key };
      } catch (error) {
        // Only a key that doesn't fit leads to the next one
        if (!isVaultboxError(error, "VBX_VAULT_LOCKED")) throw error;
        mismatch = error;
      }
    }
    throw mismatch;
  }

  async #write(content: VaultContent, key: AgeKey): Promise<void> {
    const { content: path } = this.#paths;
    const bytes = await encryptText(encodeContent(this.name, content), key);
    await this.#sweep();
    try {
      await writeFileAtomic(path, bytes);
    } catch (cause) {
      throw unwritable(path, cause);
    }
    try {
      await this.#seen.write({ counter: content.counter, isRemoved: false });
    } catch (error) {
      // The vault has the change. An older counter refuses nothing that is right, so this isn't worth a failure.
      debug("vault", `the last seen counter was not kept: ${String(error)}`);
    }
  }

  /** Removes temporary files that a killed writer left; the lock is held, so there is no living one. */
  async #sweep(): Promise<void> {
    const left = new RegExp(`^\\.${this.name.replaceAll(".", "\\.")}\\.age\\.[0-9a-f]{12}\\.tmp$`);
    for (const file of await readdir(this.#paths.folder)) {
      if (left.test(file)) await rm(join(this.#paths.folder, file), { force: true });
    }
  }

  #missing(): VaultboxError {
    const why = `there is no file ${quoted(this.#paths.content)}`;
    return new VaultboxError(
      "VBX_VAULT_UNKNOWN",
      `cannot open the vault ${quoted(this.name)}: ${why}`,
    );
  }

  #rolledBack(counter: number, seen: number): VaultboxError {
    return new VaultboxError(
      "VBX_VAULT_ROLLED_BACK",
      `cannot use the vault ${quoted(this.name)}: its file is older (change ${counter}) than the last one seen (change ${seen})`,
      {
        hints: [
          `if you restored a backup: vaultbox vault import ${this.name} --accept-restored`,
          "if you did not, somebody replaced the file: look for who, and rotate its credentials",
        ],
      },
    );
  }
}

function unwritable(path: string, cause: unknown): VaultboxError {
  const why = hasCode(cause, "ENOSPC") ? "the disk is full" : toCode(cause);
  return new VaultboxError("VBX_VAULT_UNWRITABLE", `cannot write ${quoted(path)}: ${why}`, {
    hints: ["the vault is as it was before"],
    cause,
  });
}
