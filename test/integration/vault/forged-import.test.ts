import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encryptText } from "../../../src/vault/age-file.ts";
import type { StoredCredential } from "../../../src/vault/stored-credential.ts";
import { runCliHere } from "../../support/cli-here.ts";
import type { CliResult } from "../../support/run-cli.ts";
import { makeCredential } from "../../support/temp-vaults.ts";

/** Imports a file of somebody else's making with one credential, then begins to use the vault. */
async function importForged(
  changes: Partial<StoredCredential>,
  ...flags: readonly string[]
): Promise<{ readonly imported: CliResult; readonly explained: CliResult }> {
  const home = await mkdtemp(join(tmpdir(), "vaultbox-test-forged-"));
  try {
    const env = { HOME: home, VAULTBOX_HOME: join(home, "v") };
    const cli = (...args: readonly string[]) => runCliHere(args, { cwd: home, env });
    const credential = makeCredential("forged", changes);
    const isStored = credential.source.type === "stored";
    const plain = isStored ? { ...credential, secret: "s3cret" } : credential;
    const content = { format: 1, vault: "x", counter: 3, credentials: [plain] };
    const passphrase = "correct horse battery";
    const file = await encryptText(JSON.stringify(content), { type: "passphrase", passphrase });
    await writeFile(join(home, "f.age"), file, { mode: 0o600 });
    await writeFile(join(home, "pp"), passphrase, { mode: 0o600 });
    const args = ["vault", "import", "default", "f.age", "--passphrase-file", "pp", ...flags];
    const imported = await cli(...args);
    const url = "https://api.example.com/x";
    const explained = await cli("policy", "explain", "GET", url, "--allow", "api.example.com");
    return { imported, explained };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

test("an imported credential that no session could use is refused, and the vault stays usable", async () => {
  const [binding] = makeCredential("x").bindings;
  const wrong = { bindings: [{ ...binding!, host: "API.Example.com" }] };
  const { imported, explained } = await importForged(wrong);
  expect(imported.status).toBe(1);
  expect(imported.stderr).toContain('its credential "forged" is not valid: its host');
  expect(explained).toMatchObject({ status: 0 });
});

test("a variable of this host is given to a file of somebody else's only with --allow-commands", async () => {
  const source = { type: "env", variable: "AWS_SECRET_ACCESS_KEY" } as const;
  const { imported, explained } = await importForged({ source });
  expect(imported.status).toBe(1);
  expect(imported.stderr).toContain('cannot import "forged": its secret comes from a variable');
  expect(explained.stdout).toContain("Credential: none");
  const allowed = await importForged({ source }, "--allow-commands");
  expect(allowed.imported.status).toBe(0);
  expect(allowed.explained.stdout).toContain("Credential: default/forged");
});
