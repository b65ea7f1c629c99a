import { orNothing, type Folder, type Names } from "../../base/fs/beneath.ts";
import type { Entry } from "../../base/fs/entry-facts.ts";
import { isTreeSettings, isBareRepository, isGitName } from "../git-dir/repository-signs.ts";
import { findOtherSystem } from "../git-dir/other-system.ts";
import { isAmongPackages, isBuildCache, isStarted, leadsToPackages } from "./installed-packages.ts";
import { toCompiledKind } from "./compiled-executable.ts";
import { findSpecialBelow } from "./find-special-files.ts";
import type { ExecutableFolder } from "./executable-table.ts";
import { leavingKind } from "./host-executable.ts";
import { addExecutableAliases, addExecutablesOfGitDirs } from "./unwalked-executables.ts";
import { toWayThere } from "../host-path.ts";
import { hasOwnerRights } from "./owner-rights.ts";
import {
  addFinding,
  addHidden,
  addExecutable,
  addNamedSecrets,
  addRepository,
  addShared,
  addGitDir,
  addGitDirsOf,
} from "./add-findings.ts";
import {
  createScanDraft,
  type ScanDraft,
  type ScanFindings,
  type ScanOptions,
} from "./scan-draft.ts";
import { walk, type FoundEntry, type Place } from "./walk.ts";

const cacheKind = toCompiledKind("JavaScript");

/** What one walk through the workspace found. */
export interface Scan extends ScanFindings {
  /** How many compiled files are new or changed, by what made them */
  readonly made: ReadonlyMap<string, number>;
  /** Paths of the first of these */
  readonly madePaths: readonly string[];
  readonly complete: boolean;
  /** Path of the first of what was too deep */
  readonly leftOut: string | undefined;
  readonly tookMs: number;
}

/**
 * Goes once through the workspace, and everywhere for special files. Among installed packages nothing else is found,
 * unless the scan is deep: then also repositories and programs with their owner's rights.
 */
export async function scanWorkspace(
  root: Folder,
  workspace: string,
  options: ScanOptions,
): Promise<Scan> {
  return await createScan({ workspace, root }, options, async (draft) => {
    const { budget, packages, gitFolders, aside: found } = draft;
    await walkThrough(draft, root);
    await addExecutableAliases(root, draft);
    await findSpecialBelow(root, { folders: gitFolders, budget, found });
    await findSpecialBelow(root, { folders: packages, plain: options.plain, budget, found });
  });
}

/** @param look fills the draft */
export async function createScan(
  place: Pick<ScanDraft, "workspace" | "root">,
  options: ScanOptions,
  look: (draft: ScanDraft) => Promise<void>,
): Promise<Scan> {
  const started = performance.now();
  const { hostExecutableTable, gitFolderTable } = await import("./host-executables/tables.ts");
  const draft = createScanDraft(place, options, hostExecutableTable);
  const { found, aside, budget, compiled } = draft;
  await look(draft);
  await addExecutablesOfGitDirs({ ...draft, table: gitFolderTable });
  await addNamedSecrets(draft);
  // At the start what is in a closed folder is masked with it
  const isOpen = options.deep
    ? (): boolean => true
    : toOpenness([...found.closed, ...found.unlisted]);
  return {
    ...found,
    repositories: found.repositories.filter(({ names }) => isOpen(names)),
    special: [...found.special, ...aside.special].filter(isOpen),
    unlisted: [...found.unlisted, ...aside.unlisted],
    deep: [...found.deep, ...aside.deep],
    secrets: found.secrets.filter(isOpen),
    secretLinks: found.secretLinks.filter(isOpen),
    made: compiled.made,
    madePaths: compiled.paths,
    complete: budget.isWhole(),
    leftOut: budget.leftOut(),
    tookMs: Math.round(performance.now() - started),
  };
}

async function walkThrough(draft: ScanDraft, root: Folder): Promise<void> {
  const { budget, options } = draft;
  const { opens, disabledBefore } = options;
  const owner = root.ownFacts().uid;
  await walk(root, {
    visit: (place) => visit(draft, place),
    enters: (place, name) => enters(draft, place, name),
    onClosed: ({ folder, names }, name) => {
      // Somebody else's is closed to the sandbox as well, which runs as the workspace's owner
      const facts = orNothing(() => folder.facts(name));
      if (facts !== undefined && opens !== undefined && facts.changedAt < opens) return;
      const isOwn = (facts?.uid ?? owner) === owner;
      addFinding(draft, isOwn ? "closed" : "unlisted", [...names, name]);
    },
    onDeep: ({ folder, names }, name) => {
      const facts = orNothing(() => folder.facts(name));
      const isMasked = facts?.key === options.masked?.get([...names, name].join("/"));
      if (facts !== undefined && disabledBefore !== undefined && facts.changedAt < disabledBefore) {
        // Nobody can have gone into it since then: it's disabled since an earlier run, or the sandbox saw it empty
        if (isMasked || (facts.mode & 0o700) === 0) return;
      }
      // The start masks it
      if (options.deep) budget.leaveOut([...names, name]);
      addFinding(draft, "deep", [...names, name]);
    },
    ...(opens !== undefined && {
      opening: ({ names }, name) => ({
        since: opens,
        onOpened: () => addFinding(draft, "opened", [...names, name]),
      }),
    }),
    budget,
  });
}

/** Says of names whether they lie in none of some folders. */
function toOpenness(folders: readonly Names[]): (names: Names) => boolean {
  const closed = new Set(folders.map((names) => names.join("/")));
  if (closed.size === 0) return () => true;
  return (names) => !toWayThere(names).some((way) => closed.has(way));
}

async function visit(draft: ScanDraft, place: Place): Promise<void> {
  const { names, folder, own, entries } = place;
  // What looks like a bare repository is a folder like any other too: three empty names would hide all that is in it
  if (isBareRepository(entries)) await addGitDirsOf(draft, { folder, names, shape: "bare" });
  let around: ExecutableFolder | undefined;
  const isPackage = isAmong(draft, names);
  if (!isPackage) addShared(draft, names, own.mode);
  const visited = {
    ...place,
    isPackage,
    isCache: isPackage && draft.options.made !== undefined && isBuildCache(names),
    around: () => (around ??= draft.table.toFolder(names)),
  };
  const { budget } = draft;
  const { since, deep, plain, isPackages = false } = draft.options;
  if (deep) plain?.note(place, isPackages);
  for (const entry of entries) {
    if (budget.isDue() && !(await budget.turn())) return;
    if (isApart(draft, names, entry.name)) continue;
    if (since !== undefined && hasOwnerRights(folder, entry, since)) {
      addFinding(draft, "ownerRights", [...names, entry.name]);
    }
    if (isOrdinary(draft, visited, entry)) continue;
    const work = visitEntry(draft, visited, entry);
    if (work !== undefined) await work;
  }
}

interface Visited extends Place {
  readonly isPackage: boolean;
  /** Whether compiled files are counted there, all the same */
  readonly isCache: boolean;
  /** Asked for where it counts: among packages it hardly does */
  readonly around: () => ExecutableFolder;
}

/** A promise only for what takes long: there are many entries, and few repositories. */
function visitEntry(draft: ScanDraft, place: Visited, entry: Entry): Promise<void> | undefined {
  const { folder, isPackage, around } = place;
  const { name } = entry;
  const found = { folder, entry, names: [...place.names, name] };
  if (entry.kind !== "other" && isGitName(name)) return addRepository(draft, found);
  if (entry.kind === "other") addFinding(draft, "special", found.names);
  else if (isOtherRepository(entry)) addGitDir(draft, { names: found.names, shape: "other" });
  else if (!isPackage) {
    addHidden(draft, found);
    if (draft.options.isReadOnly !== true || isTreeSettings(name)) {
      addExecutable(draft, found, { around: around() });
    }
  } else if (isStarted(place.names, name)) {
    if (isNew(draft, found)) addExecutable(draft, found, { around: around() });
  } else if (entry.kind === "link") {
    // `node_modules/.bin` itself is among what is in `node_modules`
    if (!isAmong(draft, found.names)) addExecutable(draft, found, { around: around() });
    else if (isNew(draft, found))
      addExecutable(draft, found, { around: around(), only: leavingKind });
  } else if (place.isCache) {
    addExecutable(draft, found, { around: around(), only: cacheKind });
  }
  return undefined;
}

/** A file that nothing more is asked about. There are more of them than of all the rest, so nothing is made for each. */
function isOrdinary(
  { table, options: { hide } }: ScanDraft,
  { names, isPackage, isCache, around }: Visited,
  { name, kind }: Entry,
): boolean {
  if (kind !== "file" || isGitName(name)) return false;
  if (isPackage) return !isCache && !isStarted(names, name);
  return hide === undefined && table.findKind(around(), name) === undefined;
}

function isAmong({ options: { isPackages } }: ScanDraft, names: Names): boolean {
  return isPackages === true || isAmongPackages(names);
}

/** Among installed packages, which the start doesn't look at: what changed since then. */
function isNew({ options: { made } }: ScanDraft, { folder, entry }: FoundEntry): boolean {
  return made !== undefined && (folder.facts(entry.name)?.changedAt ?? made.since) >= made.since;
}

/** A link too: what it leads to is another repository's. */
function isOtherRepository({ name, kind }: Entry): boolean {
  return (kind === "folder" || kind === "link") && findOtherSystem(name) !== undefined;
}

/** Another root, which is looked through by itself. */
function isApart({ options: { apart } }: ScanDraft, names: Names, name: string): boolean {
  return apart !== undefined && apart.size > 0 && apart.has([...names, name].join("/"));
}

function enters(draft: ScanDraft, place: Place, name: string): boolean {
  const names = [...place.names, name];
  if (isApart(draft, place.names, name)) return false;
  if (draft.hiddenFolders.has(names.join("/"))) return false;
  if (isGitName(name)) draft.gitFolders.push(names);
  else if (draft.options.deep || !leadsToPackages(place.names, name)) return true;
  else draft.packages.push(names);
  return false;
}
