import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../../src/base/redact.ts";
import type { StoredCredential, VaultEntry } from "../../src/vault/stored-credential.ts";
import type { VaultContext } from "../../src/vault/vault-context.ts";

export interface TempVaults extends AsyncDisposable {
  readonly folder: string;
  readonly context: VaultContext;
}

/** An empty place for vaults that is removed on disposal; no keychain can be reached through it. */
export async function makeTempVaults(env: NodeJS.ProcessEnv = {}): Promise<TempVaults> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-vault-"));
  const paths = { vaults: join(folder, "vaults"), state: join(folder, "state") };
  await mkdir(paths.vaults, { mode: 0o700 });
  return {
    folder,
    context: { paths, env: { VAULTBOX_HOME: folder, ...env } },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A bearer credential for `HOST`. */
export function makeCredential(
  name: string,
  changes: Partial<StoredCredential> = {},
): StoredCredential {
  const now = "2026-11-21T10:00:00.000Z";
  return {
    name,
    env: ["API_TOKEN"],
    bindings: [{ host: "api.example.com", port: 443, pathPrefix: "/", scheme: { type: "bearer" } }],
    placeholder: { prefix: "vbx-", length: 32, alphabet: "alphanumeric" },
    source: { type: "stored" },
    createdAt: now,
    updatedAt: now,
    ...changes,
  };
}

export function makeEntry(
  name: string,
  secret: string,
  changes: Partial<StoredCredential> = {},
): VaultEntry {
  return { credential: makeCredential(name, changes), secret: new Secret(name, secret) };
}
