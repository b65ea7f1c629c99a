import { join } from "node:path";
import type { Paths } from "../../base/paths.ts";
import { VaultboxError } from "../../base/errors.ts";
import { orNothing, type Names } from "../../base/fs/beneath.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { quoted } from "../../base/printable.ts";
import { unsafe, smallerFolder } from "../unsafe-workspace.ts";
import { openOrNothing, toNames } from "../host-path.ts";
import { createScanBudget, startLimits } from "../scan-budget.ts";
import { toTold } from "../roots/mounted-root.ts";
import type { ScannedRoot } from "../roots/scan-root.ts";
import { walk } from "../scan/walk.ts";
import { matches, type HideRules, toNewSecrets } from "./hide-rules.ts";
import {
  readHiddenKeys,
  readHiddenOnce,
  readPlace,
  rememberHidden,
  type HiddenOnce,
} from "./hidden-once.ts";

/** Something that was hidden once, and where it is in a root now. */
interface Moved {
  readonly once: HiddenOnce;
  readonly names: Names;
}

/**
 * Adds to what is hidden what was so in an earlier session and lies elsewhere now, with a folder around it that was moved.
 * It's looked for everywhere, among packages and in `.git` too, but only when such a folder isn't where it was.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when there's too much to look through, VBX_CONFIG_INVALID
 */
export async function hideMoved(
  paths: Paths,
  looked: readonly ScannedRoot[],
): Promise<readonly ScannedRoot[]> {
  const list = await readHiddenOnce(paths);
  const all: ScannedRoot[] = [];
  const kept = new Set(list);
  const added: HiddenOnce[] = [];
  for (const one of looked) {
    const { root, scan, rules } = one;
    if (rules === undefined) {
      all.push(one);
      continue;
    }
    const asked = list.filter((once) => isAsked(once, root.source, rules));
    const { moved, isWhole } = await findMoved(one, asked);
    const others = toNewSecrets(scan.secrets, moved, ({ names }) => names);
    const secrets = [...scan.secrets, ...others.map(({ names }) => names)];
    const notes = others.map(
      ({ names, once }) =>
        `${toTold(root, names.join("/"))} is hidden, because it was ${once.was ?? once.path} before`,
    );
    all.push({ ...one, scan: { ...scan, secrets, notes: [...scan.notes, ...notes] } });
    for (const once of asked) if (isWhole && contains(root.source, once.root)) kept.delete(once);
    const wasAt = new Map(
      others.map(({ names, once }) => [names.join("/"), once.was ?? once.path]),
    );
    for (const place of readHiddenKeys(root.folder, secrets)) {
      const was = wasAt.get(place.path);
      added.push({ ...place, root: root.source, ...(was === undefined ? {} : { was }) });
    }
  }
  const dropped = new Set(list.filter((once) => !kept.has(once)).map(toId));
  const own = new Set(added.map(toId));
  await rememberHidden(paths, (now) => [
    ...now.filter((once) => !dropped.has(toId(once)) && !own.has(toId(once))),
    ...added,
  ]);
  return all;
}

function toId({ root, key }: HiddenOnce): string {
  return `${key} ${root}`;
}

/** Whether something may be in a root, and would be hidden there by the name that it had. */
function isAsked(
  { root, path, was = path }: HiddenOnce,
  source: string,
  rules: HideRules,
): boolean {
  const isNear = contains(source, root) || contains(root, source);
  return isNear && !matches(rules.shown, was) && (rules.defaults || matches(rules.hidden, was));
}

/** @returns what isn't where it was hidden by its name, and whether there's nowhere else that it could be */
async function findMoved(
  one: ScannedRoot,
  asked: readonly HiddenOnce[],
): Promise<{ readonly moved: readonly Moved[]; readonly isWhole: boolean }> {
  const moved: Moved[] = [];
  const missing = new Map<string, HiddenOnce>();
  for (const once of asked) {
    using root = openOrNothing(once.root);
    const place = root && readPlace(root, once.path.split("/"));
    const names = toNames(one.root.source, join(once.root, once.path));
    if (place?.key === once.key) {
      if (once.was !== undefined && names !== undefined) moved.push({ once, names });
      continue;
    }
    // In the very folder: nothing that a sandbox hides from can be exchanged in it
    if (place?.around !== once.around) missing.set(once.key, once);
  }
  if (missing.size === 0) return { moved, isWhole: true };
  const { found, isWhole } = await search(one, missing);
  return { moved: [...moved, ...found], isWhole };
}

async function search(
  { root, scan }: ScannedRoot,
  missing: ReadonlyMap<string, HiddenOnce>,
): Promise<{ readonly found: readonly Moved[]; readonly isWhole: boolean }> {
  const budget = createScanBudget(startLimits);
  const found: Moved[] = [];
  const hidden = new Set(scan.secrets.map((names) => names.join("/")));
  let isWhole = true;
  const onLeft = (): void => {
    // It's masked, with all in it
    isWhole = false;
  };
  await walk(root.folder, {
    visit: async ({ folder, names, entries }) => {
      for (const { name, kind } of entries) {
        if (budget.isDue() && !(await budget.turn())) return;
        if (kind !== "file" && kind !== "folder") continue;
        const once = missing.get(orNothing(() => folder.facts(name))?.key ?? "");
        if (once !== undefined) found.push({ once, names: [...names, name] });
      }
    },
    enters: ({ names }, name) => {
      const path = [...names, name].join("/");
      return !hidden.has(path) && !root.apart.has(path);
    },
    onClosed: onLeft,
    onDeep: onLeft,
    budget,
  });
  if (budget.ended() !== undefined) throw notFound([...missing.values()]);
  return { found, isWhole };
}

function notFound([first]: readonly HiddenOnce[]): VaultboxError {
  const path = first === undefined ? "" : join(first.root, first.path);
  return unsafe(
    `cannot find ${quoted(path)}, which was hidden before: there is too much to look through`,
    "put the folder around it back to where it was",
    smallerFolder,
  );
}
