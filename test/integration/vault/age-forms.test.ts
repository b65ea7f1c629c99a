// What one command writes another reads: armour, kinds of recipients and of identities, with Debian's age as the other side.
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  armor,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import { expect, test } from "vitest";
import { encryptText } from "../../../src/vault/age-file.ts";
import { readIdentityFile } from "../../../src/vault/identity-file.ts";
import { exportVault, importEntries, readExportKind } from "../../../src/vault/transfer.ts";
import { createVault, openStore } from "../../../src/vault/vault-catalog.ts";
import { runCli } from "../../support/run-cli.ts";
import { makeEntry, makeTempVaults, type TempVaults } from "../../support/temp-vaults.ts";

const run = promisify(execFile);
const passphrase = "four random words here";

async function makeVault(): Promise<
  TempVaults & { readonly write: (name: string, text: string | Uint8Array) => Promise<string> }
> {
  const temp = await makeTempVaults();
  const { store } = await createVault(temp.context, "default", { store: "age" });
  await store.update(() => [makeEntry("api", "kept-in-the-file")]);
  return Object.assign(temp, {
    write: async (name: string, text: string | Uint8Array): Promise<string> => {
      const path = join(temp.folder, name);
      await writeFile(path, text, { mode: 0o600 });
      return path;
    },
  });
}

/** The secret of an exported file that the identities of a file open. */
async function readBack(exported: string, identityFile: string): Promise<string | undefined> {
  expect(await readExportKind(exported)).toBe("identity");
  const keys = await readIdentityFile(identityFile, {
    opens: "the export",
    hint: "add --identity-file FILE",
    passphrase: () => Promise.resolve(passphrase),
  });
  const entries = await importEntries(exported, keys, { allowCommands: false });
  return entries[0]?.secret?.reveal();
}

test("import reads what export wrote to every kind of recipient that it takes, and what age made of it", async () => {
  await using place = await makeVault();
  const { context, folder, write } = place;
  const store = await openStore(context, "default");
  for (const [kind, identity] of [
    ["x25519", await generateX25519Identity()],
    ["post-quantum", await generateHybridIdentity()],
  ] as const) {
    const recipient = await identityToRecipient(identity);
    const other = await identityToRecipient(await generateX25519Identity());
    const exported = join(folder, `${kind}.age`);
    await exportVault(store, exported, { type: "recipients", recipients: [other, recipient] });
    const plain = await write(
      `${kind}.key`,
      `# created: today\r\n# public key: ${recipient}\r\n\r\n${await generateX25519Identity()}\r\n${identity}\r\n`,
    );
    expect(await readBack(exported, plain), kind).toBe("kept-in-the-file");
    const armoured = armor.encode(await readFile(exported));
    for (const [name, text] of [
      ["plain", armoured],
      ["dos", armoured.replaceAll("\n", "\r\n")],
      ["blank", `\n\n  \n${armoured}\n\n`],
    ] as const) {
      expect(await readBack(await write(`${kind}-${name}.asc`, text), plain), name).toBe(
        "kept-in-the-file",
      );
    }
  }
  const locked = await encryptText(await generateX25519Identity(), {
    type: "passphrase",
    passphrase,
  });
  const wrong = await write("other.key", armor.encode(locked));
  await expect(readBack(join(folder, "x25519.age"), wrong)).rejects.toMatchObject({
    code: "VBX_VAULT_LOCKED",
    hints: ["add --identity-file FILE: the identity that it was written for"],
  });
});

test("Debian's age writes an armoured file and an identity that the command line imports, the identity under a passphrase", async (context) => {
  await using place = await makeVault();
  const { folder, write } = place;
  const hasAge = await run("age", ["--version"]).catch(() => undefined);
  if (hasAge === undefined) context.skip("the age program is not installed (Debian package age)");
  const key = join(folder, "age.key");
  await run("age-keygen", ["-o", key]);
  const recipient = (await run("age-keygen", ["-y", key])).stdout.trim();
  const own = join(place.context.paths.vaults, "default.identity");
  const vault = join(place.context.paths.vaults, "default.age");
  const { stdout: content } = await run("age", ["-d", "-i", own, vault]);
  const plain = await write("content", content);
  const exported = join(folder, "exported.asc");
  await run("age", ["-a", "-r", recipient, "-o", exported, plain]);
  await run("chmod", ["600", exported]);
  const locked = await encryptText(await readFile(key, "utf8"), { type: "passphrase", passphrase });
  const identity = await write("locked.key", armor.encode(locked));
  const word = await write("passphrase", `${passphrase}\n`);
  const env = { HOME: folder, VAULTBOX_HOME: join(folder, "second") };
  const line = ["vault", "import", "work", exported, "--identity-file", identity];
  const { stderr, status } = await runCli([...line, "--passphrase-file", word], { env });
  expect(stderr).toContain('added 1 credentials to the vault "work"\n');
  expect(status).toBe(0);

  // The vault's own file, written anew by age
  await rm(vault);
  const ownRecipient = (await run("age-keygen", ["-y", own])).stdout.trim();
  await run("age", ["-a", "-r", ownRecipient, "-o", vault, plain]);
  await run("chmod", ["600", vault]);
  const store = await openStore(place.context, "default");
  expect((await store.readEntry("api"))?.secret?.reveal()).toBe("kept-in-the-file");
  await store.update((entries) => [...entries, makeEntry("more", "added-afterwards")]);
  expect((await readFile(vault)).subarray(0, 18).toString()).toBe("age-encryption.org");
  const again = await openStore(place.context, "default");
  expect((await again.readEntry("more"))?.secret?.reveal()).toBe("added-afterwards");
});

test("export refuses recipients whose identity no import could be given, and import says what a file without one is", async () => {
  await using place = await makeVault();
  const { context, folder, write } = place;
  const store = await openStore(context, "default");
  const path = join(folder, "never.age");
  const tag = "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e";
  for (const [recipient, why] of [
    [tag, "its identity is in a key device, which vault import can't ask"],
    ["age1tagpq1qqqq", "its identity is in a key device, which vault import can't ask"],
    ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA me", "vault import opens no file with an SSH key"],
    ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC me", "vault import opens no file with an SSH key"],
    ["age1yubikey1qqqq", "not a recipient"],
    ["me@example.com", "not a recipient"],
  ] as const) {
    const target = { type: "recipients", recipients: [recipient] } as const;
    await expect(exportVault(store, path, target), recipient).rejects.toMatchObject({
      code: "VBX_USAGE",
      message: `cannot encrypt to "${recipient}": ${why}`,
    });
  }
  await expect(readFile(path)).rejects.toMatchObject({ code: "ENOENT" });

  const identity = await generateX25519Identity();
  const exported = join(folder, "exported.age");
  const recipients = [await identityToRecipient(identity)];
  await exportVault(store, exported, { type: "recipients", recipients });
  const broken = `${identity.slice(0, -1)}${identity.endsWith("Q") ? "P" : "Q"}`;
  for (const [text, why] of [
    [broken, "holds an identity that is not as it was written"],
    [
      "AGE-PLUGIN-YUBIKEY-1QQQQ",
      "holds no age identity: one of a plugin is for the age program only",
    ],
    [
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbg==\n",
      "holds no age identity: an SSH key is none",
    ],
    [recipients[0] ?? "", "holds no age identity: a recipient is the public half"],
    ["# nothing\n", "holds no age identity"],
  ] as const) {
    const file = await write("some.key", text);
    await expect(readBack(exported, file), why).rejects.toMatchObject({
      code: "VBX_VAULT_LOCKED",
      message: `cannot open the export: "${file}" ${why}`,
    });
  }
  await write("torn.asc", `-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3Yx\n`);
  await expect(readExportKind(join(folder, "torn.asc"))).rejects.toMatchObject({
    code: "VBX_VAULT_DAMAGED",
  });
});
