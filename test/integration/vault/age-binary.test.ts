import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createVault, openStore } from "../../../src/vault/vault-catalog.ts";
import { makeEntry, makeTempVaults } from "../../support/temp-vaults.ts";

const run = promisify(execFile);

async function hasAge(): Promise<boolean> {
  return run("age", ["--version"]).then(
    () => true,
    () => false,
  );
}

/** Opens a passphrase file with `age`, which reads the passphrase from a terminal only: `script` gives it one. */
async function openWithPassphrase(file: string, passphrase: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-age-"));
  try {
    const output = join(folder, "plain");
    const command = `age -d -o '${output}' '${file}'`;
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("passphrase")) child.stdin.write(`${passphrase}\r`);
    });
    await new Promise((resolve) => child.once("close", resolve));
    return await readFile(output, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("Debian's age opens a vault with an identity, and one with a passphrase", async (context) => {
  if (!(await hasAge())) context.skip("the age program is not installed (Debian package age)");
  await using temp = await makeTempVaults();
  const passphrase = "four random words here";
  const names = { identity: "by-identity", passphrase: "by-passphrase" };
  const { store: first } = await createVault(temp.context, names.identity, { store: "age" });
  await first.update(() => [makeEntry("api", "secret-for-age")]);
  const { store: second } = await createVault(temp.context, names.passphrase, {
    store: "age",
    unlock: "passphrase",
    passphrase,
  });
  await second.update(() => [makeEntry("api", "secret-for-age")]);
  const { vaults } = temp.context.paths;
  const identity = join(vaults, `${names.identity}.identity`);
  const { stdout } = await run("age", ["-d", "-i", identity, join(vaults, "by-identity.age")]);
  expect(JSON.parse(stdout)).toMatchObject({
    format: 1,
    vault: names.identity,
    counter: 2,
    credentials: [{ name: "api", secret: "secret-for-age" }],
  });
  const text = await openWithPassphrase(join(vaults, "by-passphrase.age"), passphrase);
  expect(JSON.parse(text)).toMatchObject({ credentials: [{ secret: "secret-for-age" }] });
});

test("a vault opens with an identity and a file that age-keygen and age wrote", async (context) => {
  if (!(await hasAge())) context.skip("the age program is not installed (Debian package age)");
  await using temp = await makeTempVaults();
  const { vaults } = temp.context.paths;
  const identity = join(vaults, "default.identity");
  await run("age-keygen", ["-o", identity]);
  const recipient = (await run("age-keygen", ["-y", identity])).stdout.trim();
  const { store } = await createVault(temp.context, "default", { store: "age" });
  await store.update(() => [makeEntry("api", "written-by-vaultbox")]);
  const file = join(vaults, "default.age");
  const plain = (await run("age", ["-d", "-i", identity, file])).stdout;
  const changed = join(temp.folder, "changed");
  await writeFile(changed, plain.replace("written-by-vaultbox", "written-by-age"));
  await rm(file);
  await run("age", ["-r", recipient, "-o", file, changed], { encoding: "utf8" });
  await run("chmod", ["600", file]);
  const entry = await (await openStore(temp.context, "default")).readEntry("api");
  expect(entry?.secret?.reveal()).toBe("written-by-age");
});
