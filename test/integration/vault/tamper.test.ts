import { chmod, copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Decrypter, Encrypter } from "age-encryption";
import { describe, expect, test } from "vitest";
import { isVaultboxError } from "../../../src/base/errors.ts";
import { acceptRestoredVault, createVault, openStore } from "../../../src/vault/vault-catalog.ts";
import { createCanary, searchCanary } from "../../support/canary.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { makeEntry, makeTempVaults, type TempVaults } from "../../support/temp-vaults.ts";

interface Prepared extends TempVaults {
  readonly file: string;
  readonly canary: string;
}

async function makeVault(): Promise<Prepared> {
  const temp = await makeTempVaults();
  const { store } = await createVault(temp.context, "default", { store: "age" });
  const canary = createCanary();
  await store.update(() => [makeEntry("api", canary)]);
  const file = join(temp.context.paths.vaults, "default.age");
  return { ...temp, file, canary, [Symbol.asyncDispose]: temp[Symbol.asyncDispose] };
}

/** The code of the error with which a fresh process would refuse the file, or what it read. */
async function tryRead(vault: Prepared): Promise<string> {
  try {
    const content = await (await openStore(vault.context, "default")).read();
    return `read ${content.entries.length}`;
  } catch (error) {
    if (!isVaultboxError(error)) throw error;
    const text = JSON.stringify([error.message, error.hints, String(error.cause)]);
    if (searchCanary(text, vault.canary).length > 0) return "leaked";
    return error.code;
  }
}

const refusals = new Set([
  "VBX_VAULT_DAMAGED",
  "VBX_VAULT_LOCKED",
  "VBX_PASSPHRASE_WRONG",
  "VBX_VAULT_ROLLED_BACK",
]);

test("a vault file with any one byte changed, or cut at any length, is refused and never half-read", async () => {
  await using vault = await makeVault();
  const whole = await readFile(vault.file);
  const outcomes = new Map<string, number>();
  const count = async (bytes: Uint8Array): Promise<void> => {
    await writeFile(vault.file, bytes);
    const outcome = await tryRead(vault);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  };
  for (let offset = 0; offset < whole.length; offset += 1) {
    const changed = Buffer.from(whole);
    changed[offset] = (changed[offset] ?? 0) ^ (1 << (offset % 8));
    await count(changed);
    await count(whole.subarray(0, offset));
  }
  await count(Buffer.concat([whole, Buffer.from("\0")]));
  const attempts = 2 * whole.length + 1;
  const blocked = [...outcomes].reduce((sum, [code, n]) => sum + (refusals.has(code) ? n : 0), 0);
  expect([...outcomes.keys()].filter((code) => !refusals.has(code))).toEqual([]);
  await writeFile(vault.file, whole);
  expect(await tryRead(vault)).toBe("read 1");
  // The same changes to a file that is only encoded: nearly all are read as if nothing had happened
  const controlSucceeded = countPlainReads(vault.canary);
  expect(controlSucceeded).toBeGreaterThan(20);
  const name = "every byte flipped, every truncation of a vault file";
  recordScore({ row: 34, test: name, attempts, blocked, controlSucceeded });
});

/** The naive vault: base64 in JSON, as some tools keep tokens. */
function countPlainReads(secret: string): number {
  const plain = JSON.stringify({ secret: Buffer.from(secret).toString("base64") });
  let read = 0;
  for (let offset = 0; offset < plain.length; offset += 1) {
    const changed = Buffer.from(plain);
    changed[offset] = (changed[offset] ?? 0) ^ 1;
    try {
      const parsed: unknown = JSON.parse(changed.toString());
      if (typeof parsed === "object" && parsed !== null && "secret" in parsed) read += 1;
    } catch {
      // The control noticed this one
    }
  }
  return read;
}

test("a file of another vault in its place is refused, even under the same identity", async () => {
  await using vault = await makeVault();
  const { vaults } = vault.context.paths;
  await copyFile(join(vaults, "default.identity"), join(vaults, "other.identity"));
  const { store } = await createVault(vault.context, "other", { store: "age" });
  await store.update(() => [makeEntry("api", "of-the-other-vault")]);
  await copyFile(join(vaults, "other.age"), vault.file);
  expect(await tryRead(vault)).toBe("VBX_VAULT_DAMAGED");
});

test("a binding swapped under another secret is refused, because the two are sealed as one", async () => {
  await using vault = await makeVault();
  const identity = /AGE-SECRET-KEY-1\w+/.exec(
    await readFile(join(vault.context.paths.vaults, "default.identity"), "utf8"),
  )?.[0];
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity ?? "");
  const plain = await decrypter.decrypt(await readFile(vault.file), "text");
  // Without the identity's recipient, which is written nowhere, an attacker can only encrypt to a key of their own
  const encrypter = new Encrypter();
  encrypter.setPassphrase("attacker");
  encrypter.setScryptWorkFactor(10);
  await writeFile(
    vault.file,
    await encrypter.encrypt(plain.replace("api.example.com", "evil.example.com")),
  );
  expect(await tryRead(vault)).toBe("VBX_VAULT_LOCKED");
});

test("an older copy of the file is refused until its user accepts it", async () => {
  await using vault = await makeVault();
  const backup = join(vault.folder, "backup");
  await copyFile(vault.file, backup);
  const store = await openStore(vault.context, "default");
  await store.update((entries) => [...entries, makeEntry("later", "added-later")]);
  await copyFile(backup, vault.file);
  const refused = await tryRead(vault);
  expect(refused).toBe("VBX_VAULT_ROLLED_BACK");
  const unwritten = await store
    .update(() => [])
    .catch((error: unknown) => (isVaultboxError(error) ? error.code : "another error"));
  expect(unwritten).toBe("VBX_VAULT_ROLLED_BACK");
  // Without the counter that is kept beside the file, the old copy is as good as any
  const seen = join(vault.context.paths.state, "vaults", "default.seen");
  await rename(seen, `${seen}.away`);
  const withoutCounter = await tryRead(vault);
  expect(withoutCounter).toBe("read 1");
  await rename(`${seen}.away`, seen);
  await acceptRestoredVault(vault.context, "default");
  expect(await tryRead(vault)).toBe("read 1");
  const outcomes = [refused, unwritten];
  recordScore({
    row: 34,
    test: "rollback",
    attempts: outcomes.length,
    blocked: outcomes.filter((code) => code === "VBX_VAULT_ROLLED_BACK").length,
    controlSucceeded: [withoutCounter].filter((one) => one === "read 1").length,
  });
});

test("a vault whose file is gone is an error, not an empty vault", async () => {
  await using vault = await makeVault();
  await rm(vault.file);
  expect(await tryRead(vault)).toBe("VBX_VAULT_DAMAGED");
  await expect(createVault(vault.context, "default", { store: "age" })).rejects.toMatchObject({
    code: "VBX_VAULT_DAMAGED",
  });
});

/** Ways to leave a file to others. */
const openings: Readonly<Record<string, (path: string, elsewhere: string) => Promise<void>>> = {
  "a link": async (path, elsewhere) => {
    await rename(path, elsewhere);
    await symlink(elsewhere, path);
  },
  "a folder": async (path) => {
    await rm(path);
    await mkdir(path);
  },
  ...Object.fromEntries(
    ["644", "640", "660", "606"].map((mode) => [
      `mode ${mode}`,
      (path: string) => chmod(path, Number.parseInt(mode, 8)),
    ]),
  ),
};

describe.each(["age", "identity"])(
  "a vault's file is refused before anything is read, default.%s",
  (type) => {
    test.each(Object.entries(openings))("as %s", async (name, leave) => {
      await using vault = await makeVault();
      expect(await tryRead(vault)).toBe("read 1");
      const path = join(vault.context.paths.vaults, `default.${type}`);
      await leave(path, join(vault.folder, "elsewhere"));
      expect(await tryRead(vault)).toBe("VBX_FILE_UNSAFE");
      // A plain read follows the link and looks at no mode
      const followed = name === "a folder" ? 0 : (await readFile(path)).length;
      const controlSucceeded = followed > 0 ? 1 : 0;
      const test = `links and modes: default.${type} as ${name}`;
      recordScore({ row: 34, test, attempts: 1, blocked: 1, controlSucceeded });
    });
  },
);

test.each(["755", "770", "777", "a link"])(
  "a folder of vaults is refused before anything is read, %s",
  async (name) => {
    await using vault = await makeVault();
    const { vaults } = vault.context.paths;
    if (name === "a link") await openings[name]?.(vaults, join(vault.folder, "elsewhere"));
    else await chmod(vaults, Number.parseInt(name, 8));
    expect(await tryRead(vault)).toBe("VBX_FILE_UNSAFE");
    const test = `links and modes: the folder, ${name}`;
    recordScore({ row: 34, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  },
);
