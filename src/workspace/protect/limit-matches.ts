import { posix } from "node:path";
import { quoted } from "../../base/printable.ts";
import { orNothing, type Names } from "../../base/fs/beneath.ts";
import { toNames } from "../host-path.ts";
import type { PointedPath } from "../git-dir/pointed/pointed-paths.ts";
import { note, type MountDraft } from "./mount-draft.ts";

// A sandbox makes as many files as it likes that the pattern of a hook fits to (`tests/*.sh`). Their number must neither
// keep the next run from starting, nor leave one unprotected that the user had.

/** Mounts for the programs that one pattern fits to, and for the folders around them. */
const maxMatches = 50;

/**
 * Bounds what patterns fit to in a root. In a folder that is read-only for them, programs beyond the limit need no mount
 * of their own. Beyond so many folders the one that the pattern names is read-only with all of them. Where that can't be,
 * because the repository itself is in it, the oldest are protected: nobody can set when something came into being.
 */
export function limitMatches(
  draft: MountDraft,
  pointed: readonly PointedPath[],
): readonly PointedPath[] {
  const patterns = Map.groupBy(pointed, ({ from }) => from);
  return [...patterns].flatMap(([from, all]) =>
    from === undefined ? all : limitPattern(draft, from, all),
  );
}

/** Whether a folder has a repository in it, which would be read-only with it. */
export function isAroundRepository(draft: MountDraft, names: Names): boolean {
  const prefix = `${names.join("/")}/`;
  return [...draft.copies.keys()].some((key) => key.startsWith(prefix));
}

function limitPattern(
  draft: MountDraft,
  from: string,
  all: readonly PointedPath[],
): readonly PointedPath[] {
  const isWhole = ({ path }: Pick<PointedPath, "path">): boolean => {
    const names = toNames(draft.root.source, path);
    return names !== undefined && names.length > 0 && !isAroundRepository(draft, names);
  };
  const { folders = [], programs = [] } = Object.groupBy(all, ({ kind }) =>
    kind === "matchFolder" ? "folders" : "programs",
  );
  const [first] = folders;
  if (first !== undefined && folders.length > maxMatches && isWhole({ path: from })) {
    const why = `a pattern of git's settings or hooks takes programs from ${folders.length} folders in it`;
    note(draft, `${toShown(draft, from)} is read-only: ${why}`);
    return [{ ...first, path: from }];
  }
  const kept = toOldest(draft, folders);
  const isKept = new Map(folders.map((one) => [one.path, kept.includes(one)]));
  const isCovering = new Map(folders.map((one) => [one.path, isWhole(one)]));
  const {
    inside = [],
    alone = [],
    out = [],
  } = Object.groupBy(programs, ({ path }) => {
    const around = posix.dirname(path);
    if (isCovering.get(around) !== true) return "alone";
    return isKept.get(around) === true ? "inside" : "out";
  });
  const own = toOldest(draft, alone);
  const left = alone.length - own.length + out.length;
  if (left > 0) {
    const why = `a pattern of git's settings or hooks takes more than ${maxMatches} there`;
    note(draft, `${left} programs in ${toShown(draft, from)} aren't protected: ${why}`);
  }
  return [...kept, ...(inside.length > maxMatches ? toLinks(draft, inside) : inside), ...own];
}

/** All, or those of them that came into being first. */
function toOldest(draft: MountDraft, all: readonly PointedPath[]): readonly PointedPath[] {
  if (all.length <= maxMatches) return all;
  const bornAt = readBirths(draft, all);
  return all
    .toSorted((a, b) => Number((bornAt.get(a.path) ?? 0n) - (bornAt.get(b.path) ?? 0n)))
    .slice(0, maxMatches);
}

function readBirths(
  { root }: MountDraft,
  all: readonly PointedPath[],
): ReadonlyMap<string, bigint> {
  const births = new Map<string, bigint>();
  for (const [around, some] of Map.groupBy(all, ({ path }) => posix.dirname(path))) {
    const names = toNames(root.source, around) ?? [];
    using folder = orNothing(() => root.folder.openPath(names));
    for (const { path } of some) {
      const facts = orNothing(() => folder?.facts(posix.basename(path)));
      if (facts !== undefined) births.set(path, facts.bornAt);
    }
  }
  return births;
}

/** Those that lead elsewhere, which is told of, as many as anybody reads. */
function toLinks({ root }: MountDraft, all: readonly PointedPath[]): readonly PointedPath[] {
  const links: PointedPath[] = [];
  for (const [around, some] of Map.groupBy(all, ({ path }) => posix.dirname(path))) {
    using folder = orNothing(() => root.folder.openPath(toNames(root.source, around) ?? []));
    const entries = (folder && orNothing(() => folder.entries())) ?? [];
    const names = new Set(entries.filter(({ kind }) => kind === "link").map(({ name }) => name));
    for (const one of some) if (names.has(posix.basename(one.path))) links.push(one);
  }
  return links.slice(0, maxMatches);
}

function toShown({ root }: MountDraft, path: string): string {
  return quoted(toNames(root.source, path)?.join("/") || ".");
}
