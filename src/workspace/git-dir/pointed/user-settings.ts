import { dirname } from "node:path";
import type { ScanBudget } from "../../scan-budget.ts";
import { readWrittenSettings } from "../user-configuration.ts";
import { withIncluded, type SettingsOfFile } from "./included-settings.ts";

/**
 * Settings of the user and the machine, with those of files that they include on a condition: git is asked in no
 * repository, where none of the conditions holds (git-config(1), "Conditional includes").
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when such a file is there and can't be read
 */
export async function readUserSettings(budget: ScanBudget): Promise<readonly SettingsOfFile[]> {
  const found: SettingsOfFile[] = [];
  for (const { file, setting } of await readWrittenSettings()) {
    const own = { settings: [setting], configFolder: dirname(file) };
    if (setting.key.startsWith("includeif."))
      for (const one of await withIncluded(own, budget)) found.push(one);
    else found.push(own);
  }
  return found;
}
