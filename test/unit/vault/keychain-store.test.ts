import { expect, test } from "vitest";
import { checkItemSize, type Keychain } from "../../../src/vault/keychain.ts";
import { KeychainStore } from "../../../src/vault/keychain-store.ts";
import { toVaultPaths } from "../../../src/vault/vault-context.ts";
import { makeEntry, makeTempVaults } from "../../support/temp-vaults.ts";

/** A keychain in memory whose calls can be made to fail from the n-th write on. */
class FailingKeychain implements Keychain {
  readonly items = new Map<string, Uint8Array>();
  writesLeft = Infinity;

  async get(account: string): Promise<Uint8Array | undefined> {
    return this.items.get(account);
  }

  async set(account: string, value: Uint8Array): Promise<void> {
    this.#spend();
    this.items.set(account, value);
  }

  async delete(account: string): Promise<void> {
    this.#spend();
    this.items.delete(account);
  }

  #spend(): void {
    if (this.writesLeft <= 0) throw new Error("the keychain went away");
    this.writesLeft -= 1;
  }
}

test("an update that the keychain ends after any number of writes leaves the old vault or the new one", async () => {
  await using temp = await makeTempVaults();
  for (let writes = 0; writes < 8; writes += 1) {
    const name = `v${writes}`;
    const keychain = new FailingKeychain();
    const paths = toVaultPaths(temp.context, name);
    const store = new KeychainStore(name, paths, keychain);
    await store.create();
    await store.update(() => [makeEntry("old", "old-secret"), makeEntry("kept", "kept-secret")]);
    keychain.writesLeft = writes;
    const change = store.update((entries) => [
      ...entries.filter((entry) => entry.credential.name !== "old"),
      makeEntry("new", "new-secret"),
    ]);
    await change.catch(() => undefined);
    keychain.writesLeft = Infinity;
    const { entries } = await new KeychainStore(name, paths, keychain).read();
    const names = entries.map((entry) => entry.credential.name).join(" ");
    expect(["kept old", "kept", "kept new"]).toContain(names);
    expect(entries.find((entry) => entry.credential.name === "kept")?.secret?.reveal()).toBe(
      "kept-secret",
    );
    // The next change leaves no item that the index doesn't name
    await store.update((list) => list);
    const known = new Set([...names.split(" "), "@index"].map((item) => `${name}/${item}`));
    expect(new Set(keychain.items.keys())).toEqual(known);
  }
});

test("an item put under another name is refused", async () => {
  await using temp = await makeTempVaults();
  const keychain = new FailingKeychain();
  const store = new KeychainStore("v", toVaultPaths(temp.context, "v"), keychain);
  await store.create();
  await store.update(() => [makeEntry("a", "secret-a"), makeEntry("b", "secret-b")]);
  keychain.items.set("v/a", keychain.items.get("v/b") ?? new Uint8Array());
  await expect(store.readEntry("a")).rejects.toMatchObject({ code: "VBX_VAULT_DAMAGED" });
  keychain.items.delete("v/a");
  await expect(store.read()).rejects.toMatchObject({ code: "VBX_VAULT_DAMAGED" });
  keychain.items.set("v/@index", Buffer.from("{"));
  await expect(store.read()).rejects.toMatchObject({ code: "VBX_VAULT_DAMAGED" });
});

test("an item that the Windows Credential Manager can't hold is refused with the way out", () => {
  expect(() => checkItemSize("default/api", 2561, "win32")).toThrow(/2561 bytes.*2560/);
  expect(() => checkItemSize("default/api", 2560, "win32")).not.toThrow();
  expect(() => checkItemSize("default/api", 65_536, "linux")).not.toThrow();
});
