import type { VaultEntry } from "./stored-credential.ts";

/** All of a vault, sorted by credential name. */
export interface VaultContent {
  /** Number of changes so far; it only grows, which makes an older copy known as such */
  readonly counter: number;
  readonly entries: readonly VaultEntry[];
}

/** What a change sees and returns: the entries; the store counts. */
export type VaultChange = (entries: readonly VaultEntry[]) => readonly VaultEntry[];

/** Whether a running session may still use what isn't there, or isn't the same, after a change. */
export function takesAway(before: readonly VaultEntry[], after: readonly VaultEntry[]): boolean {
  return before.some((entry) => !after.includes(entry));
}

/** Where one vault is kept. Both kinds keep the old state or the new one, whatever ends the process in between. */
export interface VaultStore {
  readonly name: string;
  readonly kind: "keychain" | "age";
  readonly read: () => Promise<VaultContent>;
  /** The entry as it is stored now; `undefined` when there is none of that name */
  readonly readEntry: (name: string) => Promise<VaultEntry | undefined>;
  /**
   * Reads, changes and writes under the vault's lock; a change that throws leaves everything as it was. Resolves when no
   * running session uses what it took away or replaced.
   */
  readonly update: (change: VaultChange) => Promise<void>;
  /** Deletes all of it, under the vault's lock; resolves as `update` does */
  readonly destroy: () => Promise<void>;
}
