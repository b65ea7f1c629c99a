import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { inState } from "../base/state-folder.ts";

/** Where vaults are and how they may be opened; made once per command. */
export interface VaultContext {
  /** The part of `Paths` that vaults use */
  readonly paths: { readonly vaults: string; readonly state: string };
  readonly env: NodeJS.ProcessEnv;
  /** Asks the user for a passphrase without echo; absent when there is no terminal */
  readonly prompt?: ((question: string) => Promise<string>) | undefined;
}

/** The vault that is used when none is named. */
export const defaultVault = "default";

/**
 * The keychain's service name. The keychain is one per user, so a `VAULTBOX_HOME` (tests, CI, a second installation)
 * gets a name of its own and never sees the credentials of the real one.
 */
export function toKeychainService(env: NodeJS.ProcessEnv): string {
  const home = env["VAULTBOX_HOME"];
  if (home === undefined || home === "") return "vaultbox";
  return `vaultbox:${createHash("sha256").update(resolve(home)).digest("hex").slice(0, 16)}`;
}

/** What a proposed command needs behind it to mean that vault, with a space before it; empty for the default one. */
export function toVaultFlag(vault: string): string {
  return vault === defaultVault ? "" : ` --vault ${vault}`;
}

/** The files of one vault, all 0600 in the 0700 folder `paths.vaults`, but `seen`. */
export interface VaultPaths {
  readonly folder: string;
  /** The encrypted content of an age vault */
  readonly content: string;
  /** The age identity, when it's kept in a file */
  readonly identity: string;
  /** Says that the vault is in the keychain; holds nothing else */
  readonly marker: string;
  readonly lock: string;
  /** There while its user has the vault locked */
  readonly locked: string;
  /** The last seen change counter, when it's kept in a file */
  readonly seen: string;
}

export function toVaultPaths(context: VaultContext, name: string): VaultPaths {
  const folder = context.paths.vaults;
  return {
    folder,
    content: join(folder, `${name}.age`),
    identity: join(folder, `${name}.identity`),
    marker: join(folder, `${name}.keychain`),
    lock: join(folder, `.${name}.lock`),
    locked: join(folder, `${name}.locked`),
    seen: join(inState(context.paths.state, "vaults"), `${name}.seen`),
  };
}
