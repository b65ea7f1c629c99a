import { join } from "node:path";
import { orNothing, type Names } from "../../base/fs/beneath.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { toNames, toRealPath } from "../host-path.ts";
import { createScanBudget, startLimits, type ScanBudget } from "../scan-budget.ts";
import { isGitName } from "../git-dir/repository-signs.ts";
import type { ScannedRoot } from "../roots/scan-root.ts";
import { walk, type FoundEntry } from "../scan/walk.ts";
import { isHidden, toNewSecrets, matches, type HideRules } from "./hide-rules.ts";

/** A link that is hidden itself, or leads to a folder whose files may be so by their path through it. */
interface Link {
  /** Names from the root of the rules, through all links on the way */
  readonly shown: readonly string[];
  /** Where it is on the host */
  readonly path: string;
  readonly rules: HideRules;
  /** Real paths of the folders that it was found through: each is gone through once */
  readonly through: readonly string[];
}

/** Links within links; more than people make */
const maxThrough = 4;

/**
 * Adds to what is hidden what links with the name of a secret lead to, in every root: `.env` that leads to a file in
 * another one, and the files in a folder that `.aws` leads to.
 */
export async function hideLinked(looked: readonly ScannedRoot[]): Promise<readonly ScannedRoot[]> {
  const budget = createScanBudget(startLimits);
  const found = new Map<ScannedRoot, Names[]>();
  const add = (path: string): void => {
    for (const one of toHolders(looked, path)) {
      const names = toNames(one.root.source, path) ?? [];
      if (names.length === 0 || matches(one.rules?.shown ?? [], names.join("/"))) continue;
      const own = found.get(one) ?? [];
      found.set(one, own);
      own.push(names);
    }
  };
  for (const { root, scan, rules } of looked) {
    if (rules === undefined) continue;
    for (const names of scan.secretLinks) {
      const path = join(root.source, ...names);
      await goThrough({ shown: names, path, rules, through: [] }, { looked, budget, add });
    }
  }
  return looked.map((one) => {
    const { scan } = one;
    const added = toNewSecrets(scan.secrets, found.get(one) ?? [], (names) => names);
    const secrets = [...scan.secrets, ...added];
    return { ...one, scan: { ...scan, secrets, complete: scan.complete && budget.isWhole() } };
  });
}

/** The roots that show a path of the host, and in which things are hidden. */
function toHolders(looked: readonly ScannedRoot[], path: string): readonly ScannedRoot[] {
  return looked.filter(({ root, rules }) => rules !== undefined && contains(root.source, path));
}

async function goThrough(
  { shown, path, rules, through }: Link,
  place: {
    readonly looked: readonly ScannedRoot[];
    readonly budget: ScanBudget;
    /** Takes the real path of something that is to be hidden */
    readonly add: (path: string) => void;
  },
): Promise<void> {
  const { looked, budget, add } = place;
  const end = toRealPath(path);
  const [holder] = end === undefined ? [] : toHolders(looked, end);
  const names = holder && end !== undefined ? toNames(holder.root.source, end) : undefined;
  if (holder === undefined || end === undefined || names === undefined) return;
  using parent = orNothing(() => holder.root.folder.openPath(names.slice(0, -1)));
  const isAsked = (found: FoundEntry): boolean => isHidden(rules, found, budget);
  const name = names.at(-1) ?? "";
  const kind = orNothing(() => parent?.facts(name))?.kind;
  if (parent !== undefined && kind !== undefined) {
    // By the name of the link; what is in it is read where it leads to
    const found = { folder: parent, entry: { name, kind }, names: shown };
    if (isAsked(found)) return add(end);
  }
  if (kind !== "folder" || through.includes(end) || through.length >= maxThrough) return;
  using folder = orNothing(() => holder.root.folder.openPath(names));
  if (folder === undefined) return;
  await walk(folder, {
    visit: async (inner) => {
      for (const entry of inner.entries) {
        if (budget.isDue() && !(await budget.turn())) return;
        const own = [...shown, ...inner.names, entry.name];
        const real = join(end, ...inner.names, entry.name);
        if (entry.kind === "link") {
          const link = { shown: own, path: real, rules, through: [...through, end] };
          await goThrough(link, place);
        } else if (entry.kind === "file" && isAsked({ ...inner, entry, names: own })) add(real);
      }
    },
    // The walk through the root itself finds what can't be looked into
    enters: (_, inner) => !isGitName(inner),
    budget,
  });
}
