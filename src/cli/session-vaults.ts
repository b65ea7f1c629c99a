import { type OpenVault, openVaults } from "../vault/open-vaults.ts";
import type { SessionPolicy } from "./session-policy.ts";
import { toVaultContext } from "./vault-access.ts";

/**
 * Opens the vaults whose credentials a session may use: those of `--vault`, else the project file's, else the
 * preferences'; when all of them say nothing, the default one. Whatever begins or explains a session asks here.
 * @throws VaultboxError as `openVaults`
 */
export function openSessionVaults(
  flags: readonly string[],
  { projectFile, preferences }: Pick<SessionPolicy, "projectFile" | "preferences">,
): Promise<readonly OpenVault[]> {
  const sources = [flags, projectFile?.project.vaults ?? [], preferences.vaults];
  return openVaults(sources.find((names) => names.length > 0) ?? [], toVaultContext());
}
