// The last change counter that was written, kept apart from the vault file: an older copy of the file, put back by
// whoever can write it, is then known as one. Only a writer under the vault's lock moves it, after the file.
import { unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileAtomic } from "../files/atomic-write.ts";
import type { Keychain } from "./keychain.ts";
import { ensurePrivateFolder, readPrivateFile } from "./private-file.ts";
import { damaged } from "./vault-content.ts";

export interface SeenCounter {
  /** 0 when none was kept */
  readonly read: () => Promise<number>;
  readonly write: (counter: number) => Promise<void>;
  readonly forget: () => Promise<void>;
}

const maxBytes = 32;

/** In a state file: stops a restored or swapped vault file, not somebody who writes both. */
export function toFileCounter(vault: string, path: string): SeenCounter {
  return {
    read: async () => {
      const file = await readPrivateFile(path, maxBytes);
      return file === undefined ? 0 : parseCounter(vault, Buffer.from(file.bytes).toString(), path);
    },
    write: async (counter) => {
      await ensurePrivateFolder(dirname(path));
      await writeFileAtomic(path, `${counter}\n`);
    },
    forget: async () => {
      await unlink(path).catch((error: unknown) => {
        if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
      });
    },
  };
}

/** In the keychain, beside the vault's identity. */
export function toKeychainCounter(vault: string, keychain: Keychain): SeenCounter {
  const account = `${vault}/@seen`;
  return {
    read: async () => {
      const value = await keychain.get(account);
      if (value === undefined) return 0;
      return parseCounter(vault, Buffer.from(value).toString(), `${account} in the keychain`);
    },
    write: (counter) => keychain.set(account, Buffer.from(String(counter))),
    forget: () => keychain.delete(account),
  };
}

function parseCounter(vault: string, text: string, where: string): number {
  if (!/^\d{1,15}\n?$/.test(text)) {
    throw damaged(vault, `its last seen change counter is not a number (${where})`);
  }
  return Number(text);
}
