// The one home of the keyring binding. On Linux it is pinned to the Secret Service: left to itself it falls back to the
// kernel's key ring, which is empty again after a reboot.
import type { AsyncEntry, EntryOptions } from "@napi-rs/keyring";
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";

/** Items of one service in the keychain of this user. Every call may throw VBX_KEYCHAIN_UNAVAILABLE. */
export interface Keychain {
  readonly get: (account: string) => Promise<Uint8Array | undefined>;
  readonly set: (account: string, value: Uint8Array) => Promise<void>;
  /** Nothing to delete is no error */
  readonly delete: (account: string) => Promise<void>;
}

/** CRED_MAX_CREDENTIAL_BLOB_SIZE of wincred.h: 5 · 512 bytes. */
const windowsMaxItemBytes = 2560;

/** A locked keychain asks its user in a window; without an answer the call ends here, `ms`. */
const answerTimeoutMs = 60_000;
const probeTimeoutMs = 5_000;

const options: EntryOptions = { linux: { store: "secret-service" } };

/** The keychain, if one answers. @throws VaultboxError VBX_KEYCHAIN_UNAVAILABLE */
export async function openKeychain(service: string): Promise<Keychain> {
  const { AsyncEntry: Entry } = await importBinding();
  const call = async <T>(
    account: string,
    timeoutMs: number,
    use: (entry: AsyncEntry, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    try {
      return await use(new Entry(service, account, options), AbortSignal.timeout(timeoutMs));
    } catch (error) {
      throw unavailable(error);
    }
  };
  await call("@probe", probeTimeoutMs, (entry, signal) => entry.getSecret(signal));
  return {
    get: async (account) => {
      const value = await call(account, answerTimeoutMs, (entry, signal) =>
        entry.getSecret(signal),
      );
      return value === null ? undefined : Uint8Array.from(value);
    },
    set: async (account, value) => {
      checkItemSize(account, value.length, process.platform);
      await call(account, answerTimeoutMs, (entry, signal) => entry.setSecret(value, signal));
    },
    delete: async (account) => {
      await call(account, answerTimeoutMs, (entry, signal) => entry.deleteCredential(signal));
    },
  };
}

/**
 * Deletes all that is under a service's name: items, and what vaults that were removed left to be known by.
 * @returns how many there were
 * @throws VaultboxError VBX_KEYCHAIN_UNAVAILABLE
 */
export async function clearKeychain(service: string): Promise<number> {
  const keychain = await openKeychain(service);
  const { findCredentialsAsync } = await importBinding();
  // Their secrets come along; nothing but the names is used
  const accounts = await findCredentialsAsync(service, null, AbortSignal.timeout(answerTimeoutMs))
    .then((items) => items.map(({ account }) => account))
    .catch((error: unknown) => {
      throw unavailable(error);
    });
  for (const account of accounts) await keychain.delete(account);
  return accounts.length;
}

/** @throws VaultboxError VBX_CREDENTIAL_INVALID when the system's keychain can't hold that much */
export function checkItemSize(account: string, bytes: number, platform: NodeJS.Platform): void {
  if (platform !== "win32" || bytes <= windowsMaxItemBytes) return;
  throw new VaultboxError(
    "VBX_CREDENTIAL_INVALID",
    `cannot keep ${quoted(account)} in the Windows Credential Manager: it has ${bytes} bytes with its binding, and ${windowsMaxItemBytes} are the most`,
    { hints: ["keep it in a file: vaultbox vault create NAME --store age"] },
  );
}

async function importBinding(): Promise<typeof import("@napi-rs/keyring")> {
  try {
    return await import("@napi-rs/keyring");
  } catch (error) {
    // No binary for this platform
    throw unavailable(error);
  }
}

function unavailable(error: unknown): VaultboxError {
  const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  return new VaultboxError("VBX_KEYCHAIN_UNAVAILABLE", `cannot use the keychain: ${why}`, {
    hints: [
      process.platform === "linux"
        ? "start a Secret Service such as gnome-keyring in this session and unlock it"
        : "unlock the keychain",
      "or keep credentials in an encrypted file: vaultbox vault create NAME --store age",
    ],
    cause: error,
  });
}
