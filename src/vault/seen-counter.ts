// The last change counter that was written, kept apart from the vault file: an older copy of the file, put back by
// whoever can write it, is then known as one. Only a writer under the vault's lock moves it, after the file.
import { dirname } from "node:path";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import type { Keychain } from "./keychain.ts";
import { ensurePrivateFolder, readPrivateFile } from "../base/fs/private-file.ts";
import { damaged } from "./vault-content.ts";

/** What is known of a vault's changes; the counter only grows, also when the vault is removed and made again. */
export interface SeenChange {
  /** 0 when none was kept */
  readonly counter: number;
  /** Whether the vault was removed by its user, so that nothing is missing when its file is */
  readonly isRemoved: boolean;
}

export interface SeenCounter {
  readonly read: () => Promise<SeenChange>;
  readonly write: (seen: SeenChange) => Promise<void>;
}

const maxBytes = 32;
const never: SeenChange = { counter: 0, isRemoved: false };

/** Newer than every file of the removed vault, that of a writer included who was killed before it counted. */
export function toRemoved({ counter }: SeenChange): SeenChange {
  return { counter: counter + 2, isRemoved: true };
}

/** In a state file: stops a restored or swapped vault file, not somebody who writes both. */
export function toFileCounter(vault: string, path: string): SeenCounter {
  return {
    read: async () => {
      const file = await readPrivateFile(path, maxBytes);
      return file === undefined
        ? never
        : parseSeen(vault, Buffer.from(file.bytes).toString(), path);
    },
    write: async (seen) => {
      await ensurePrivateFolder(dirname(path));
      await writeFileAtomic(path, `${formatSeen(seen)}\n`);
    },
  };
}

/** In the keychain, beside the vault's identity. */
export function toKeychainCounter(vault: string, keychain: Keychain): SeenCounter {
  const account = `${vault}/@seen`;
  return {
    read: async () => {
      const value = await keychain.get(account);
      if (value === undefined) return never;
      return parseSeen(vault, Buffer.from(value).toString(), `${account} in the keychain`);
    },
    write: (seen) => keychain.set(account, Buffer.from(formatSeen(seen))),
  };
}

function formatSeen({ counter, isRemoved }: SeenChange): string {
  return isRemoved ? `${counter} removed` : String(counter);
}

function parseSeen(vault: string, text: string, where: string): SeenChange {
  const [, counter, removed] = /^(\d{1,15})( removed)?\n?$/.exec(text) ?? [];
  if (counter === undefined) {
    throw damaged(vault, `its last seen change counter is not a number (${where})`);
  }
  return { counter: Number(counter), isRemoved: removed !== undefined };
}
