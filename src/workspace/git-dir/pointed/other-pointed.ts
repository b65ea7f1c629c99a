import { dirname, join, posix } from "node:path";
import { readHomeFolder } from "../../../base/home-folder.ts";
import { toNameText } from "../../../base/fs/name-text.ts";
import { openOrNothing } from "../../host-path.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import type { OtherSystem } from "../other-system.ts";
import { maxConfigurationBytes } from "../git-configuration.ts";
import { toPointed, withHome, type PointedPath } from "./pointed-paths.ts";
import { toTextPaths } from "./text-paths.ts";
import type { TreeNames } from "./tree-names.ts";

interface OtherOptions {
  /** Where its programs are started */
  readonly workTree: string;
  readonly names: TreeNames;
  readonly budget: ScanBudget;
}

/** Includes within includes; Mercurial itself has no limit. */
const maxDepth = 10;
const include = /^[ \t]*%include[ \t]+(?!builtin:)(.+?)[ \t]*$/gm;

/**
 * What the settings of another system's repository name, its own and those of its user: any word of them may be a
 * program, an extension or a hook.
 * @param folder of the repository, such as `.hg`
 */
export async function readOtherPointed(
  folder: string,
  { settings, userSettings }: OtherSystem,
  { workTree, names, budget }: OtherOptions,
): Promise<readonly PointedPath[]> {
  const found: PointedPath[] = [];
  const seen = new Set<string>();
  const ofUser = userSettings.map((path) => join(readHomeFolder(), path));
  let level = [...settings.map(({ path }) => join(folder, path)), ...ofUser];
  for (let depth = 0; depth < maxDepth && level.length > 0; depth++) {
    const next: string[] = [];
    for (const path of level.filter((one) => !seen.has(one))) {
      seen.add(path);
      if (!(await budget.turn())) return found;
      const text = readText(path, budget);
      if (text === "") continue;
      const folders = [...new Set([workTree, folder, dirname(path)])];
      for (const one of await toTextPaths({ text, folders, by: "setting", isData: false }, names))
        found.push(one);
      for (const [, named = ""] of text.matchAll(include)) {
        const included = posix.resolve(dirname(path), withHome(named));
        found.push(toPointed(included, "settings"));
        next.push(included);
      }
    }
    level = next;
  }
  return found;
}

function readText(path: string, budget: ScanBudget): string {
  using folder = openOrNothing(dirname(path));
  const content = folder?.read(posix.basename(path), maxConfigurationBytes);
  budget.spend("entries");
  budget.spend("bytes", content?.length);
  return content === undefined ? "" : withHome(toNameText(content));
}
