import { type OpenVault, openVaults } from "../vault/open-vaults.ts";
import type { SessionPolicy } from "./session-policy.ts";
import { toVaultContext } from "./vault-access.ts";

type Settings = Pick<SessionPolicy, "projectFile" | "preferences">;

/**
 * Opens the vaults whose credentials a session may use: those of `--vault`, else the project file's, else the
 * preferences'; when all of them say nothing, the default one. Who says `[]` says: none. Whatever begins or explains a
 * session asks here.
 * @throws VaultboxError as `openVaults`
 */
export async function openSessionVaults(
  flags: readonly string[],
  settings: Settings,
): Promise<readonly OpenVault[]> {
  const names = chooseVaults(flags, settings);
  return names?.length === 0 ? [] : openVaults(names ?? [], toVaultContext());
}

/** Undefined when nobody says which. */
export function chooseVaults(
  flags: readonly string[],
  { projectFile, preferences }: Settings,
): readonly string[] | undefined {
  if (flags.length > 0) return flags;
  const { vaults } = projectFile?.project ?? {};
  if (vaults !== undefined) return vaults;
  return preferences.vaults.length > 0 || preferences.usesNoVault ? preferences.vaults : undefined;
}
