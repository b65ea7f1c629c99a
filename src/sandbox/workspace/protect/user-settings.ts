import { dirname } from "node:path";
import type { LookBudget } from "../look-budget.ts";
import { readWrittenSettings } from "../repository/git-configuration.ts";
import type { GitSetting } from "../repository/git-setting.ts";
import { withIncluded } from "./included-settings.ts";

/**
 * Settings of the user and the machine, with those of files that they include on a condition: git is asked in no
 * repository, where none of the conditions holds (git-config(1), "Conditional includes").
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when such a file is there and can't be read
 */
export async function readUserSettings(budget: LookBudget): Promise<readonly GitSetting[]> {
  const written = await readWrittenSettings();
  const found = written.map(({ setting }) => setting);
  for (const { file, setting } of written) {
    if (!setting.key.startsWith("includeif.")) continue;
    const place = { settings: [setting], configFolder: dirname(file) };
    const [, ...included] = await withIncluded(place, budget);
    found.push(...included.flatMap(({ settings }) => settings));
  }
  return found;
}
