import { dirname, join } from "node:path";
import { orNothing, type Folder } from "../../base/fs/beneath.ts";
import { toNames, toRealPath } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { withIncluded } from "../git-dir/pointed/included-settings.ts";
import { maxConfigurationBytes, readConfiguration } from "../git-dir/git-configuration.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import { matches, type HideRules } from "./hide-rules.ts";
import { toNamedFiles, type NamedFile } from "./named-secrets.ts";
import { holdsPrivateKey } from "./secret-files.ts";

/** Where repositories are, and what looking through their settings may cost. */
interface NamedPlace {
  readonly root: Folder;
  /** Absolute real path of `root` */
  readonly path: string;
  readonly rules: HideRules;
  readonly budget: ScanBudget;
}

/** Settings without one of these name no file with a secret */
const sign = /file|key|cert|ssh|include|helper|alias/i;

/** Names of the files beneath a root that the settings of its repositories name as the place of a secret. */
export async function findNamedSecrets(
  gitDirs: readonly GitDir[],
  place: NamedPlace,
): Promise<readonly (readonly string[])[]> {
  const found = new Map<string, readonly string[]>();
  for (const { names, shape } of gitDirs) {
    if (!(await place.budget.turn())) break;
    if (shape === "file" || shape === "link" || shape === "other") continue;
    for (const file of await readNamedFiles(names, place)) {
      const inside = toHidden(file, place);
      if (inside !== undefined) found.set(inside.join("/"), inside);
    }
  }
  return [...found.values()];
}

async function readNamedFiles(
  names: readonly string[],
  { root, path, budget }: NamedPlace,
): Promise<readonly NamedFile[]> {
  using folder = orNothing(() => root.openPath(names));
  const configFolder = join(path, ...names);
  const all: NamedFile[] = [];
  for (const name of ["config", "config.worktree"]) {
    const content = folder?.read(name, maxConfigurationBytes);
    budget.spend("bytes", content?.length);
    if (content === undefined || !sign.test(content.toString("latin1"))) continue;
    const settings = (await readConfiguration(content, budget)) ?? [];
    const folders = [dirname(configFolder), configFolder];
    for (const one of await withIncluded({ settings, configFolder }, budget)) {
      for (const file of toNamedFiles(one.settings, folders)) all.push(file);
    }
  }
  return all;
}

function toHidden(
  { path, isSecret }: NamedFile,
  { root, path: base, rules }: NamedPlace,
): readonly string[] | undefined {
  if (toNames(base, path) === undefined) return undefined;
  const real = toRealPath(path);
  const names = real === undefined ? undefined : toNames(base, real);
  if (names === undefined || names.length === 0 || matches(rules.shown, names.join("/")))
    return undefined;
  using parent = orNothing(() => root.openPath(names.slice(0, -1)));
  const name = names.at(-1) ?? "";
  if (orNothing(() => parent?.facts(name))?.kind !== "file") return undefined;
  if (parent === undefined || (!isSecret && !holdsPrivateKey(parent, name))) return undefined;
  return names;
}
