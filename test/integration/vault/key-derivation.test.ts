import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Decrypter, Encrypter } from "age-encryption";
import { describe, expect, test } from "vitest";
import { acceptedWorkFactors } from "../../../src/vault/age-scrypt.ts";
import { decryptText, encryptText } from "../../../src/vault/age-file.ts";
import { createVault, openStore } from "../../../src/vault/vault-catalog.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
import { makeEntry, makeTempVaults } from "../../support/temp-vaults.ts";

const passphrase = "four random words here";
/** Row 37: what one guess must cost on a machine with two cores, `ms`. */
const leastGuessMs = 250;

function readScryptLine(file: Uint8Array): string {
  return Buffer.from(file).toString("latin1").split("\n")[1] ?? "";
}

async function encryptCheaply(text: string, logN: number): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(logN);
  return encrypter.encrypt(text);
}

test("a vault with a passphrase is written with scrypt N = 2^18, a guess costs its time, and a wrong one says so", async () => {
  await using temp = await makeTempVaults();
  const { store } = await createVault(temp.context, "default", { store: "age", passphrase });
  await store.update(() => [makeEntry("api", "some-secret-value")]);
  const file = await readFile(join(temp.context.paths.vaults, "default.age"));
  expect(readScryptLine(file)).toMatch(/^-> scrypt [A-Za-z0-9+/]{22} 18$/);
  const began = performance.now();
  const wrong = decryptText("default", file, { type: "passphrase", passphrase: "a wrong one" });
  await expect(wrong).rejects.toMatchObject({ code: "VBX_PASSPHRASE_WRONG" });
  const guessMs = performance.now() - began;
  const cheap = await encryptCheaply("x", 10);
  const beganCheap = performance.now();
  const decrypter = new Decrypter();
  decrypter.addPassphrase("a wrong one");
  await decrypter.decrypt(cheap).catch(() => undefined);
  const cheapMs = performance.now() - beganCheap;
  expect(guessMs).toBeGreaterThan(leastGuessMs);
  expect(cheapMs).toBeLessThan(leastGuessMs);
  const guesses = [guessMs];
  recordScore({
    row: 37,
    test: "scrypt 2^18",
    attempts: guesses.length,
    blocked: guesses.filter((ms) => ms > leastGuessMs).length,
    controlSucceeded: [cheapMs].filter((ms) => ms < leastGuessMs).length,
  });
});

describe("a file with a work factor outside 2^16 to 2^22 is refused", () => {
  const key = { type: "passphrase", passphrase } as const;
  const valid = openShared(() => encryptText("{}", key));

  test.each([1, 10, 15, 23, 30, 63, 99])("2^%i, before any derivation", async (factor) => {
    const line = readScryptLine(valid());
    const changed = Buffer.from(
      Buffer.from(valid())
        .toString("latin1")
        .replace(line, line.replace(/18$/, `${factor}`)),
      "latin1",
    );
    // Computed, not waited: other programs have the processors too
    const before = process.cpuUsage();
    await expect(decryptText("v", changed, key)).rejects.toMatchObject({
      code: "VBX_VAULT_DAMAGED",
      message: expect.stringContaining(`2^${factor}`),
    });
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(100_000);
    const test = `downgrade: 2^${factor}`;
    recordScore({ row: 34, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("by somebody who has the right passphrase, so that guessing it is cheap: age itself opens it", async () => {
    const cheap = await encryptCheaply("{}", acceptedWorkFactors.least - 1);
    await expect(decryptText("v", cheap, key)).rejects.toMatchObject({ code: "VBX_VAULT_DAMAGED" });
    const naive = new Decrypter();
    naive.addPassphrase(passphrase);
    expect(await naive.decrypt(cheap, "text")).toBe("{}");
    const test = "downgrade: encrypted cheaply";
    recordScore({ row: 34, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  });
});

test("a lower work factor written over the right one never opens: it is authenticated", async () => {
  const valid = await encryptText("{}", { type: "passphrase", passphrase });
  const line = readScryptLine(valid);
  const lower = Buffer.from(valid).toString("latin1").replace(line, line.replace(/18$/, "16"));
  await expect(
    decryptText("v", Buffer.from(lower, "latin1"), { type: "passphrase", passphrase }),
  ).rejects.toMatchObject({ code: "VBX_PASSPHRASE_WRONG" });
});

test("a vault with a passphrase opens from a file, from the prompt, and says what to set without either", async () => {
  await using temp = await makeTempVaults();
  await createVault(temp.context, "default", { store: "age", passphrase });
  const { context } = temp;
  await expect(openStore(context, "default")).rejects.toMatchObject({
    code: "VBX_VAULT_LOCKED",
    hints: [expect.stringContaining("VAULTBOX_PASSPHRASE_FILE")],
  });
  const path = join(temp.folder, "passphrase");
  await writeFile(path, `${passphrase}\n`, { mode: 0o600 });
  const env = { ...context.env, VAULTBOX_PASSPHRASE_FILE: path };
  expect((await (await openStore({ ...context, env }, "default")).read()).entries).toEqual([]);
  const asked: string[] = [];
  const prompt = async (question: string): Promise<string> => {
    asked.push(question);
    return passphrase;
  };
  expect((await (await openStore({ ...context, prompt }, "default")).read()).entries).toEqual([]);
  expect(asked).toEqual(['passphrase of the vault "default": ']);
  await writeFile(path, "x", { mode: 0o600 });
  const { chmod } = await import("node:fs/promises");
  await chmod(path, 0o644);
  await expect(openStore({ ...context, env }, "default")).rejects.toMatchObject({
    code: "VBX_FILE_UNSAFE",
  });
});
