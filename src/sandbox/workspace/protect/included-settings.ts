import { basename, dirname } from "node:path";
import type { Folder } from "../../../files/beneath.ts";
import { openOrNothing } from "../host-path.ts";
import { maxConfigurationBytes, readConfiguration } from "../repository/git-configuration.ts";
import { unreadable } from "./unreadable-configuration.ts";
import type { GitSetting } from "../repository/git-setting.ts";
import { toPointedPaths } from "./pointed-paths.ts";

/** As git has it (`MAX_INCLUDE_DEPTH`). */
const maxIncludeDepth = 10;

/** Settings of one file, with the folder that relative paths in it mean. */
interface SettingsOfFile {
  readonly settings: readonly GitSetting[];
  readonly configFolder: string;
  /** Of an included file */
  readonly path?: string;
}

/** A repository's own settings. */
export async function readOwnSettings(folder: Folder): Promise<readonly GitSetting[]> {
  const content = folder.read("config", maxConfigurationBytes);
  return (content && (await readConfiguration(content))) ?? [];
}

/**
 * Settings with those of the files they include, whatever the condition: what isn't so now may be so later. They are
 * read for the paths they name; the files themselves are protected like everything else that is named.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when a file is there and can't be read
 */
export async function withIncluded(
  settings: readonly GitSetting[],
  configFolder: string,
  depth = 0,
): Promise<readonly SettingsOfFile[]> {
  const found: SettingsOfFile[] = [{ settings, configFolder }];
  if (depth >= maxIncludeDepth) return found;
  const includes = settings.filter(({ key }) => /^include(?:if\..+)?\.path$/s.test(key));
  for (const { path } of toPointedPaths(includes, { workTree: configFolder, configFolder })) {
    using folder = openOrNothing(dirname(path));
    const name = basename(path);
    const content = folder?.read(name, maxConfigurationBytes);
    if (content === undefined && folder?.facts(name)?.kind === "file") throw unreadable(path);
    const inner = content && (await readConfiguration(content));
    if (inner === undefined) continue;
    const [first, ...further] = await withIncluded(inner, dirname(path), depth + 1);
    if (first !== undefined) found.push({ ...first, path }, ...further);
  }
  return found;
}
