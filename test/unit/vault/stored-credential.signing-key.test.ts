import { describe, expect, test } from "vitest";
import { toPublicKeyLine } from "../../../src/git/signing/ssh-key.ts";
import { generateStoredKey, parseStoredKey } from "../../../src/git/signing/ssh-key-private.ts";
import { revealedSecrets, Secret } from "../../../src/base/redact.ts";
import { findSigningKey, openSigner } from "../../../src/session/signing/session-signer.ts";
import { toSessionCredentials } from "../../../src/session/session-credentials.ts";
import { toAdd, toRemove, toRotate } from "../../../src/vault/change-credentials.ts";
import { type OpenVault, openVaults } from "../../../src/vault/open-vaults.ts";
import type { VaultEntry } from "../../../src/vault/stored-credential.ts";
import { createVault } from "../../../src/vault/vault-catalog.ts";
import { decodeContent, encodeContent } from "../../../src/vault/vault-content.ts";
import { makeEntry, makeTempVaults, type TempVaults } from "../../support/temp-vaults.ts";

const at = "2026-11-21T10:00:00.000Z";

function makeSigningKey(name: string, secret = generateStoredKey(name)): VaultEntry {
  const publicKey = toPublicKeyLine(parseStoredKey(secret).publicKey);
  const dates = { createdAt: at, updatedAt: at };
  const credential = { kind: "signing-key", name, publicKey, source: { type: "stored" }, ...dates };
  return { credential, secret: new Secret(name, secret) } as VaultEntry;
}

async function openStore(vaults: TempVaults): Promise<{
  readonly store: Awaited<ReturnType<typeof createVault>>["store"];
  readonly open: () => Promise<OpenVault>;
}> {
  const { store } = await createVault(vaults.context, "work", { store: "age" });
  const open = async (): Promise<OpenVault> => (await openVaults(["work"], vaults.context))[0]!;
  return { store, open };
}

test("a vault keeps signing keys beside credentials, and reads them as they were", () => {
  const entries = [makeEntry("api", "the-secret"), makeSigningKey("work-key")];
  const decoded = decodeContent("v", encodeContent("v", { counter: 1, entries }));
  expect(decoded.entries.map((entry) => entry.credential)).toEqual(
    entries.map((entry) => entry.credential),
  );
  expect(decoded.entries[1]?.secret?.reveal()).toBe(entries[1]?.secret?.reveal());
});

describe("a signing key", () => {
  const text = encodeContent("v", { counter: 1, entries: [makeSigningKey("work-key")] });
  const good = JSON.parse(text) as { credentials: Record<string, unknown>[] };
  const changed = (change: Record<string, unknown>): string =>
    JSON.stringify({ ...good, credentials: [{ ...good.credentials[0], ...change }] });

  test("that is as it was written is read (control)", () => {
    expect(() => decodeContent("v", changed({}))).not.toThrow();
  });

  test.each<[Record<string, unknown>]>([
    [{ kind: "other" }],
    [{ publicKey: "ssh-ed25519" }],
    [{ publicKey: "ssh-ed25519 AAAA comment" }],
    [{ publicKey: 5 }],
    [{ source: { type: "command", file: "x", args: [] } }],
    [{ source: "stored" }],
    [{ source: { type: "ssh-agent" } }],
    [{ env: ["A"] }],
    [{ bindings: [] }],
    [{ secret: undefined }],
    [{ createdAt: 1 }],
  ])("that isn't understood wholly is refused with the vault: %o", (change) => {
    expect(() => decodeContent("v", changed(change))).toThrow(
      expect.objectContaining({ code: "VBX_VAULT_DAMAGED" }),
    );
  });
});

test("a session gets no variable and no placeholder for a signing key, and no request carries it", async () => {
  await using vaults = await makeTempVaults();
  const { store, open } = await openStore(vaults);
  await store.update(
    toAdd([makeSigningKey("work-key"), makeEntry("api", "x-secret")], {
      vault: "default",
      replace: false,
    }),
  );
  const vault = await open();
  const { credentials, env } = toSessionCredentials([vault]);
  expect(credentials.map(({ name }) => name)).toEqual(["api"]);
  expect(Object.keys(env)).toEqual(["API_TOKEN"]);
  expect(vault.signingKeys.map(({ name }) => name)).toEqual(["work-key"]);
});

test("a signer uses the key as it is in the vault: removed or replaced, it signs no more", async () => {
  await using vaults = await makeTempVaults();
  const { store, open } = await openStore(vaults);
  const entry = makeSigningKey("work-key");
  await store.update(toAdd([entry], { vault: "default", replace: false }));
  const signer = openSigner(findSigningKey([await open()], "work-key"), {});
  expect((await signer.sign(Buffer.from("x"))).length).toBeGreaterThan(64);
  expect(revealedSecrets.redact(`it was ${entry.secret?.reveal()}`)).toBe(
    "it was [secret work-key]",
  );
  await store.update(toAdd([makeSigningKey("work-key")], { vault: "default", replace: true }));
  await expect(signer.sign(Buffer.from("x"))).rejects.toThrow(/replaced since the session began/);
  await store.update(
    toAdd([makeEntry("work-key", "a-secret")], { vault: "default", replace: true }),
  );
  await expect(signer.sign(Buffer.from("x"))).rejects.toThrow(/replaced since the session began/);
  await store.update(toRemove("work", "work-key"));
  await expect(signer.sign(Buffer.from("x"))).rejects.toThrow(/removed since the session began/);
});

test("a stored key that isn't the one that the vault says it is signs nothing", async () => {
  await using vaults = await makeTempVaults();
  const { store, open } = await openStore(vaults);
  const entry = makeSigningKey("work-key");
  const other = { ...entry, secret: new Secret("work-key", generateStoredKey("other")) };
  await store.update(toAdd([other], { vault: "default", replace: false }));
  const signer = openSigner(findSigningKey([await open()], "work-key"), {});
  await expect(signer.sign(Buffer.from("x"))).rejects.toThrow(/not the one it is said to be/);
});

test("names that no signing key has are told apart from names of other credentials", async () => {
  await using vaults = await makeTempVaults();
  const { store, open } = await openStore(vaults);
  await store.update(toAdd([makeEntry("api", "x-secret")], { vault: "default", replace: false }));
  const vault = await open();
  expect(() => findSigningKey([vault], "api")).toThrow(/is not a signing key/);
  expect(() => findSigningKey([vault], "none")).toThrow(/has a signing key of that name/);
});

test("a signing key isn't rotated: another one is another public key", () => {
  const change = toRotate("work", "work-key", "x", new Date());
  expect(() => change([makeSigningKey("work-key")])).toThrow(/it is a signing key/);
});
