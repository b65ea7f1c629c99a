// A vault in the OS keychain: one item per credential, and an index. The index names every item that may exist: one that
// is about to be made or deleted is listed as pending first, so a process that ends in between leaves nothing unknown.
import { rm } from "node:fs/promises";
import { acquireLock } from "../base/fs/lock.ts";
import { quoted } from "../base/printable.ts";
import { fieldsOf, listOf, number, oneOf, parseJson, textLike } from "../base/shape.ts";
import type { Keychain } from "./keychain.ts";
import { isName, type VaultEntry } from "./stored-credential.ts";
import { waitOutLeases } from "./leased.ts";
import { damaged, decodeEntry, encodeEntry, toSorted } from "./vault-content.ts";
import type { VaultPaths } from "./vault-context.ts";
import { takesAway } from "./vault-store.ts";
import type { VaultChange, VaultContent, VaultStore } from "./vault-store.ts";

interface Index {
  readonly counter: number;
  readonly names: readonly string[];
  /** Items that may exist without being part of the vault */
  readonly pending: readonly string[];
}

const format = 1;
const names = listOf(textLike(isName));
const storedIndex = fieldsOf<Index & { readonly format: typeof format }>({
  format: oneOf(format),
  counter: number,
  names,
  pending: names,
});

export class KeychainStore implements VaultStore {
  readonly kind = "keychain";
  readonly name: string;
  readonly #paths: VaultPaths;
  readonly #keychain: Keychain;

  constructor(name: string, paths: VaultPaths, keychain: Keychain) {
    this.name = name;
    this.#paths = paths;
    this.#keychain = keychain;
  }

  async read(): Promise<VaultContent> {
    for (;;) {
      const { counter, names } = await this.#readIndex();
      const items = await Promise.all(names.map((name) => this.#readItem(name)));
      const entries = items.filter((item) => item !== undefined);
      if (entries.length === items.length) return { counter, entries };
      // A writer removed it between the two looks, or it's really missing
      if ((await this.#readIndex()).counter === counter) {
        const name = names[items.indexOf(undefined)] ?? "";
        throw damaged(this.name, `the keychain has no item for ${quoted(name)}`);
      }
    }
  }

  async readEntry(name: string): Promise<VaultEntry | undefined> {
    const { names } = await this.#readIndex();
    return names.includes(name) ? this.#readItem(name) : undefined;
  }

  async update(change: VaultChange): Promise<void> {
    if (await this.#update(change)) await waitOutLeases();
  }

  /** Whether something was taken away. */
  async #update(change: VaultChange): Promise<boolean> {
    await using _lock = await acquireLock(this.#paths.lock);
    const index = await this.#readIndex();
    const before = (await this.read()).entries;
    const after = toSorted(change(before));
    const changed = after.filter((entry) => !before.includes(entry));
    const names = after.map((entry) => entry.credential.name);
    const gone = index.names.filter((name) => !names.includes(name));
    const counter = index.counter + 1;
    const kept = index.names.filter((name) => names.includes(name));
    const added = names.filter((name) => !kept.includes(name));
    // What goes leaves the index before its item goes; what comes is listed as pending before its item comes
    const pending = [...new Set([...index.pending, ...gone, ...added])];
    await this.#writeIndex({ counter, names: kept, pending });
    for (const entry of changed) await this.#writeItem(entry);
    await this.#writeIndex({ counter, names, pending });
    for (const name of pending) {
      if (!names.includes(name)) await this.#keychain.delete(this.#toAccount(name));
    }
    await this.#writeIndex({ counter, names, pending: [] });
    return takesAway(before, after);
  }

  /** Writes the empty index of a new vault, under the vault's lock; one that exists stays. */
  async create(): Promise<void> {
    if ((await this.#keychain.get(this.#toAccount("@index"))) !== undefined) return;
    await this.#writeIndex({ counter: 1, names: [], pending: [] });
  }

  async destroy(): Promise<void> {
    const { names, pending } = await this.#readIndexToDestroy();
    for (const name of new Set([...names, ...pending])) {
      await this.#keychain.delete(this.#toAccount(name));
    }
    await this.#keychain.delete(this.#toAccount("@index"));
    await rm(this.#paths.marker, { force: true });
    await waitOutLeases();
  }

  /** A removal that was interrupted may have taken the index, after all that it names. */
  async #readIndexToDestroy(): Promise<Pick<Index, "names" | "pending">> {
    const value = await this.#keychain.get(this.#toAccount("@index"));
    return value === undefined ? { names: [], pending: [] } : this.#readIndex();
  }

  async #readIndex(): Promise<Index> {
    const value = await this.#keychain.get(this.#toAccount("@index"));
    if (value === undefined) throw damaged(this.name, "the keychain has no index of it");
    const index = parseJson(Buffer.from(value).toString("utf8"), storedIndex);
    if (index === undefined) throw damaged(this.name, "its index in the keychain is not valid");
    return index;
  }

  async #writeIndex(index: Index): Promise<void> {
    const text = JSON.stringify({ format, ...index });
    await this.#keychain.set(this.#toAccount("@index"), Buffer.from(text));
  }

  async #readItem(name: string): Promise<VaultEntry | undefined> {
    const value = await this.#keychain.get(this.#toAccount(name));
    if (value === undefined) return undefined;
    const entry = decodeEntry(this.name, Buffer.from(value).toString("utf8"));
    // An item under another name would hand out another credential's secret
    if (entry.credential.name !== name) throw damaged(this.name, "an item has another one's name");
    return entry;
  }

  async #writeItem(entry: VaultEntry): Promise<void> {
    await this.#keychain.set(
      this.#toAccount(entry.credential.name),
      Buffer.from(encodeEntry(entry)),
    );
  }

  /** `@` begins no credential name, so the index has an account of its own. */
  #toAccount(name: string): string {
    return `${this.name}/${name}`;
  }
}
