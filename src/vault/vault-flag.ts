import { defaultVault } from "./vault-context.ts";

/** What a proposed command needs behind it to mean that vault, with a space before it; empty for the default one. */
export function toVaultFlag(vault: string): string {
  return vault === defaultVault ? "" : ` --vault ${vault}`;
}
