// A vault as one age file. The decrypted content stays in the memory of the process that opened it, with the key: scrypt
// at every request would take a second each. It is read again whenever the file has changed, so that a rotated secret
// reaches running sessions.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { debug } from "../debug.ts";
import { isVaultboxError, VaultboxError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic-write.ts";
import { acquireLock } from "../files/lock.ts";
import { quoted } from "../printable.ts";
import { type AgeKey, decryptText, encryptText } from "./age-file.ts";
import { type AgeKeys, toIdentityAccount } from "./age-key.ts";
import {
  checkPrivateFolder,
  type FileVersion,
  isSameVersion,
  readFileVersion,
  readPrivateFile,
} from "./private-file.ts";
import { type SeenCounter, toFileCounter, toKeychainCounter } from "./seen-counter.ts";
import { decodeContent, encodeContent, toSorted } from "./vault-content.ts";
import type { VaultPaths } from "./vault-paths.ts";
import type { VaultChange, VaultContent, VaultStore } from "./vault-store.ts";

/** The most that a vault file may have, bytes: 64 secrets of 64 KiB, escaped as JSON. */
export const maxVaultFileBytes = 32 * 1024 * 1024;

export interface AgeStoreOptions {
  readonly name: string;
  readonly paths: VaultPaths;
  readonly keys: AgeKeys;
  /** How long to wait for other writers, `ms` */
  readonly lockTimeoutMs?: number;
}

export class AgeStore implements VaultStore {
  readonly kind = "age";
  readonly name: string;
  readonly #paths: VaultPaths;
  readonly #keys: AgeKeys;
  readonly #seen: SeenCounter;
  readonly #lockTimeoutMs: number | undefined;
  #opened: { version: FileVersion; content: VaultContent; key: AgeKey } | undefined;

  constructor(options: AgeStoreOptions) {
    const { name, paths, keys } = options;
    this.name = name;
    this.#paths = paths;
    this.#keys = keys;
    this.#lockTimeoutMs = options.lockTimeoutMs;
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
    await using _lock = await this.#lock();
    const content = await this.read();
    const entries = toSorted(change(content.entries));
    const key = this.#opened?.key;
    if (key === undefined) throw new Error("a vault was read without a key");
    await this.#write({ counter: content.counter + 1, entries }, key);
  }

  /** Writes the first, empty content. @throws VaultboxError VBX_VAULT_EXISTS */
  async create(): Promise<void> {
    await using _lock = await this.#lock();
    if ((await readFileVersion(this.#paths.content)) !== undefined) {
      throw new VaultboxError(
        "VBX_VAULT_EXISTS",
        `cannot create the vault ${quoted(this.name)}: it exists`,
      );
    }
    const key = this.#keys.keys[0];
    if (key === undefined) throw new Error("a vault can't be created without a key");
    await this.#write({ counter: (await this.#seen.read()) + 1, entries: [] }, key);
  }

  /** Takes the file as it is now for the newest, after its user restored a backup. */
  async acceptRestored(): Promise<void> {
    await using _lock = await this.#lock();
    const { content } = await this.#open();
    await this.#seen.write(content.counter);
  }

  async destroy(): Promise<void> {
    await using _lock = await this.#lock();
    await rm(this.#paths.content, { force: true });
    await rm(this.#paths.identity, { force: true });
    await this.#keys.keychain?.delete(toIdentityAccount(this.name));
    await this.#seen.forget();
    await this.#sweep();
  }

  #lock(): Promise<AsyncDisposable> {
    const timeoutMs = this.#lockTimeoutMs;
    return acquireLock(this.#paths.lock, timeoutMs === undefined ? {} : { timeoutMs });
  }

  /** The counter is read before the file: a writer in between makes the file newer than it, never older. */
  async #open(): Promise<{ content: VaultContent; seen: number }> {
    await checkPrivateFolder(this.#paths.folder).catch(ignoreMissing);
    const seen = await this.#seen.read();
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
      await this.#seen.write(content.counter);
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
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  const why = code === "ENOSPC" ? "the disk is full" : code;
  return new VaultboxError("VBX_VAULT_UNWRITABLE", `cannot write ${quoted(path)}: ${why}`, {
    hints: ["the vault is as it was before"],
    cause,
  });
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}
