import { basename, dirname } from "node:path";
import { openOrNothing } from "../../host-path.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { maxConfigurationBytes, readConfiguration, unreadable } from "../git-configuration.ts";
import type { GitSetting } from "../git-setting.ts";
import { toSettingPaths } from "./pointed-paths.ts";
import { readWrittenSettings } from "../user-configuration.ts";

/** As git has it (`MAX_INCLUDE_DEPTH`). */
const maxIncludeDepth = 10;

/** Settings of one file, with the folder that relative paths in it mean. */
export interface SettingsOfFile {
  readonly settings: readonly GitSetting[];
  readonly configFolder: string;
  /** Of an included file */
  readonly path?: string;
}

/**
 * Settings with those of the files they include, whatever the condition: what isn't so now may be so later. They are
 * read for the paths they name, each file once; the files themselves are protected like everything else that is named.
 * Ends early when the budget is over.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when a file is there and can't be read
 */
export async function withIncluded(
  own: SettingsOfFile,
  budget: ScanBudget,
): Promise<readonly SettingsOfFile[]> {
  const found: SettingsOfFile[] = [own];
  const seen = new Set<string>();
  // The outer ones first: a file that is seen again was seen with fewer around it
  let level: readonly SettingsOfFile[] = [own];
  for (let depth = 0; depth < maxIncludeDepth && level.length > 0; depth++) {
    const next: SettingsOfFile[] = [];
    for (const path of level.flatMap(toIncluded)) {
      if (!(await budget.turn())) return found;
      if (seen.has(path)) continue;
      seen.add(path);
      const settings = await readIncluded(path, budget);
      if (settings !== undefined) next.push({ settings, configFolder: dirname(path), path });
    }
    for (const one of next) found.push(one);
    level = next;
  }
  return found;
}

function toIncluded({ settings, configFolder }: SettingsOfFile): readonly string[] {
  const includes = settings.filter(({ key }) => /^include(?:if\..+)?\.path$/s.test(key));
  const place = { workTree: configFolder, configFolder };
  return includes.flatMap((one) => toSettingPaths(one, place).map(({ path }) => path));
}

async function readIncluded(
  path: string,
  budget: ScanBudget,
): Promise<readonly GitSetting[] | undefined> {
  using folder = openOrNothing(dirname(path));
  const name = basename(path);
  const content = folder?.read(name, maxConfigurationBytes);
  if (content === undefined && folder?.facts(name)?.kind === "file") throw unreadable(path);
  budget.spend("entries");
  budget.spend("bytes", content?.length);
  return content && (await readConfiguration(content, budget));
}

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
