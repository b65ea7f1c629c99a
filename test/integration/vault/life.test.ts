import { copyFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isVaultboxError } from "../../../src/base/errors.ts";
import { createIdentity } from "../../../src/vault/age-key.ts";
import type { AgeStore } from "../../../src/vault/age-store.ts";
import { removeVault } from "../../../src/vault/remove-vault.ts";
import { acceptRestoredVault, createVault, openStore } from "../../../src/vault/vault-catalog.ts";
import { toVaultPaths, type VaultContext } from "../../../src/vault/vault-context.ts";
import { runCli } from "../../support/run-cli.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { makeEntry, makeTempVaults, type TempVaults } from "../../support/temp-vaults.ts";

/** Names of the credentials that a fresh process reads, or the code of the error. */
async function tryRead(context: VaultContext, name: string): Promise<string> {
  try {
    const { entries } = await (await openStore(context, name)).read();
    return entries.map((entry) => entry.credential.name).join(" ");
  } catch (error) {
    if (isVaultboxError(error)) return error.code;
    throw error;
  }
}

async function add(context: VaultContext, name: string, credential: string): Promise<void> {
  const store = await openStore(context, name);
  await store.update((entries) => [...entries, makeEntry(credential, `secret of ${credential}`)]);
}

async function makePassphraseVaults(): Promise<TempVaults> {
  const temp = await makeTempVaults();
  const file = join(temp.folder, "pp");
  await writeFile(file, passphrase.passphrase, { mode: 0o600 });
  return {
    ...temp,
    context: { ...temp.context, env: { ...temp.context.env, VAULTBOX_PASSPHRASE_FILE: file } },
    [Symbol.asyncDispose]: temp[Symbol.asyncDispose],
  };
}

const passphrase = { store: "age", passphrase: "correct horse battery" } as const;

/** With the count of changes away, as if none had been kept. */
async function readWithoutCount(context: VaultContext, name: string): Promise<string> {
  const { seen } = toVaultPaths(context, name);
  await rename(seen, `${seen}.away`);
  const found = await tryRead(context, name);
  await rename(`${seen}.away`, seen);
  return found;
}

test("after a backup was accepted, no file of the line that it ended is taken for a newer one", async () => {
  await using temp = await makeTempVaults();
  const { context } = temp;
  const { store } = await createVault(context, "w", { store: "age" });
  const { content } = toVaultPaths(context, "w");
  await add(context, "w", "a");
  await copyFile(content, join(temp.folder, "good"));
  const later: string[] = [];
  for (const name of ["b", "c", "d"]) {
    await add(context, "w", name);
    await copyFile(content, join(temp.folder, name));
    later.push(join(temp.folder, name));
  }
  await copyFile(join(temp.folder, "good"), content);
  await (store as AgeStore).acceptRestored();
  expect(await tryRead(context, "w")).toBe("a");
  const outcomes: string[] = [];
  const controls: string[] = [];
  for (const file of [...later, join(temp.folder, "good")]) {
    await copyFile(file, content);
    outcomes.push(await tryRead(context, "w"));
    controls.push(await readWithoutCount(context, "w"));
  }
  expect(outcomes).toEqual(Array(4).fill("VBX_VAULT_ROLLED_BACK"));
  expect(controls).toEqual(["a b", "a b c", "a b c d", "a"]);
  recordRollback("files of the line that an accepted backup ended", outcomes, controls);
});

test("a file of a vault that was removed is refused, whether or not one of its name was made again", async () => {
  await using temp = await makePassphraseVaults();
  const { context } = temp;
  const outcomes: string[] = [];
  const controls: string[] = [];
  const { content } = toVaultPaths(context, "w");
  await createVault(context, "w", passphrase);
  await add(context, "w", "a");
  await add(context, "w", "b");
  await copyFile(content, join(temp.folder, "old"));
  await removeVault(context, "w");
  expect(await readdir(context.paths.vaults)).toEqual([]);
  expect(await tryRead(context, "w")).toBe("VBX_VAULT_UNKNOWN");
  await expect(removeVault(context, "w")).rejects.toMatchObject({ code: "VBX_VAULT_UNKNOWN" });
  const putBack = async (): Promise<void> => {
    await copyFile(join(temp.folder, "old"), content);
    outcomes.push(await tryRead(context, "w"));
    controls.push(await readWithoutCount(context, "w"));
    await rm(content);
  };
  await putBack();
  await createVault(context, "w", passphrase);
  expect(await tryRead(context, "w")).toBe("");
  await putBack();
  expect(outcomes).toEqual(["VBX_VAULT_ROLLED_BACK", "VBX_VAULT_ROLLED_BACK"]);
  expect(controls).toEqual(["a b", "a b"]);
  recordRollback("a file of a removed vault", outcomes, controls);
  // What the message says to do for a backup of one's own
  await copyFile(join(temp.folder, "old"), content);
  await acceptRestoredVault(context, "w");
  expect(await tryRead(context, "w")).toBe("a b");
}, 120_000);

function recordRollback(name: string, outcomes: readonly string[], controls: readonly string[]) {
  const blocked = outcomes.filter((code) => code === "VBX_VAULT_ROLLED_BACK").length;
  const controlSucceeded = controls.filter((found) => found.startsWith("a")).length;
  recordScore({ row: 34, test: name, attempts: outcomes.length, blocked, controlSucceeded });
}

test("a passphrase vault is removed without a keychain, also when the count of its changes is gone", async () => {
  await using temp = await makePassphraseVaults();
  const { context } = temp;
  const env = { ...context.env, HOME: temp.folder, DBUS_SESSION_BUS_ADDRESS: "unix:path=/none" };
  await createVault(context, "w", passphrase);
  await rm(join(context.paths.state, "vaults"), { recursive: true });
  const removed = await runCli(["vault", "remove", "w", "-y"], { env });
  expect(removed).toMatchObject({ status: 0, stderr: 'vaultbox: deleted the vault "w"\n' });
  expect(await readdir(context.paths.vaults)).toEqual([]);
});

test("an identity vault of which only the file is left says how it is removed, and then it is", async () => {
  await using temp = await makeTempVaults();
  const { context } = temp;
  const env = { ...context.env, HOME: temp.folder, DBUS_SESSION_BUS_ADDRESS: "unix:path=/none" };
  await createVault(context, "w", { store: "age" });
  const { identity } = toVaultPaths(context, "w");
  await rename(identity, join(temp.folder, "identity"));
  await rm(join(context.paths.state, "vaults"), { recursive: true });
  const refused = await runCli(["vault", "remove", "w", "-y"], { env });
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("if its identity is in a file, set VAULTBOX_IDENTITY_FILE");
  const named = { ...env, VAULTBOX_IDENTITY_FILE: join(temp.folder, "identity") };
  expect(await runCli(["vault", "remove", "w", "-y"], { env: named })).toMatchObject({ status: 0 });
  expect(await readdir(context.paths.vaults)).toEqual([]);
});

const firsts = 4;

test(
  "first credentials stored at the same time are all there, under one key",
  { timeout: 120_000 },
  async () => {
    let blocked = 0;
    let controlSucceeded = 0;
    const rounds = 5;
    for (let round = 0; round < rounds; round += 1) {
      await using temp = await makeTempVaults();
      const env = { VAULTBOX_HOME: temp.folder, HOME: temp.folder };
      const added = await Promise.all(
        Array.from({ length: firsts }, (_, index) =>
          runCli(["credential", "add", `c${index}`, "--host", "api.example.com"], {
            env,
            input: `secret-value-${index}`,
          }),
        ),
      );
      const listed = await runCli(["credential", "list", "--json"], { env });
      expect(added.map(({ status }) => status)).toEqual(Array(firsts).fill(0));
      expect(JSON.parse(listed.stdout)).toMatchObject({
        credentials: Array.from({ length: firsts }, (_, index) => ({ name: `c${index}` })),
      });
      blocked += listed.status === 0 ? 1 : 0;
      // Without the lock the second one looks before the first one's key is there, and puts its own in its place
      await using unlocked = await makeTempVaults();
      const identities: string[] = [];
      for (let process = 0; process < 2; process += 1) {
        await rm(toVaultPaths(unlocked.context, "w").identity, { force: true });
        const [key] = (await createIdentity(unlocked.context, "w", undefined)).keys;
        if (key?.type === "identity") identities.push(key.identity);
      }
      if (new Set(identities).size === 2) controlSucceeded += 1;
    }
    const name = "the first credential of a vault, stored by several at once";
    recordScore({ row: 36, test: name, attempts: rounds, blocked, controlSucceeded });
    expect(controlSucceeded).toBeGreaterThan(0);
  },
);

test("of two who make the same vault one is told that it exists, and the vault opens", async () => {
  await using temp = await makeTempVaults();
  const made = await Promise.allSettled([
    createVault(temp.context, "w", { store: "age" }),
    createVault(temp.context, "w", { store: "age" }),
    createVault(temp.context, "w", { store: "age" }),
  ]);
  const refused = made.filter((one) => one.status === "rejected");
  const code = "VBX_VAULT_EXISTS";
  expect(refused.map(({ reason }) => reason as unknown)).toMatchObject([{ code }, { code }]);
  await add(temp.context, "w", "a");
  expect(await tryRead(temp.context, "w")).toBe("a");
});
