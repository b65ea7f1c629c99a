import type { Folder } from "../../../files/beneath.ts";
import { toText } from "../../../files/entry-facts.ts";
import { hasOtherName, isHidden, toHiddenNames } from "../hide/hidden-entry.ts";
import type { HideRules } from "../hide/hide-rules.ts";
import { isBareRepository, isGitName } from "../repository/repository-signs.ts";
import { listUnits, type RepositoryUnit } from "../unit/repository-unit.ts";
import { findFolderKind } from "./find-mark-kind.ts";
import { isAmongPackages, leadsToPackages } from "./installed-packages.ts";
import { toMark, type Mark } from "./mark.ts";
import { hasOwnerRights, listOwnerRights } from "./owner-rights.ts";
import { walk, type FoundEntry, type Place } from "./walk.ts";

/** What one walk through the workspace found. */
export interface Scan {
  readonly repositories: readonly RepositoryUnit[];
  /** By path from the workspace */
  readonly marks: ReadonlyMap<string, Mark>;
  /** Folders of the workspace's owner that can't be looked into */
  readonly closed: readonly (readonly string[])[];
  /** Programs that run as their owner or group, changed after `since` */
  readonly ownerRights: readonly (readonly string[])[];
  /** Names of what is hidden from the sandbox */
  readonly secrets: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly entries: number;
  readonly complete: boolean;
  readonly tookMs: number;
}

export interface ScanOptions {
  /** Undefined: nothing is hidden */
  readonly hide: HideRules | undefined;
  /** Whether repositories are looked for among installed packages too; nothing else is, there */
  readonly deep: boolean;
  /** Programs that run as their owner are looked for among what changed after this, `ns`; undefined: they are not */
  readonly since?: bigint;
  readonly maxEntries: number;
  readonly maxMs: number;
}

/** More than this isn't a list that anybody reads; what isn't on it isn't compared. */
const maxMarks = 20_000;

interface Draft {
  readonly workspace: string;
  readonly options: ScanOptions;
  readonly repositories: RepositoryUnit[];
  readonly unitKeys: Set<string>;
  readonly marks: Map<string, Mark>;
  readonly closed: (readonly string[])[];
  readonly ownerRights: (readonly string[])[];
  readonly secrets: (readonly string[])[];
  readonly hiddenFolders: Set<string>;
  readonly notes: string[];
}

/**
 * Goes once through the workspace. Installed packages (in `node_modules` and `lib/…/site-packages`) are left out, apart
 * from the programs in `node_modules/.bin`: there are more files than in all the rest, and nobody edits them.
 */
export async function scanWorkspace(
  root: Folder,
  workspace: string,
  options: ScanOptions,
): Promise<Scan> {
  const started = performance.now();
  const draft: Draft = {
    workspace,
    options,
    repositories: [],
    unitKeys: new Set(),
    marks: new Map(),
    closed: [],
    ownerRights: [],
    secrets: [],
    hiddenFolders: new Set(),
    notes: [],
  };
  const { maxEntries, maxMs } = options;
  const owner = root.ownFacts().uid;
  const result = await walk(root, {
    visit: (place) => visit(draft, place),
    enters: (place, name) => enters(draft, place, name),
    onClosed: ({ folder, names }, name) => {
      // Somebody else's is closed to the sandbox as well, which runs as the workspace's owner
      if (folder.facts(name)?.uid === owner) draft.closed.push([...names, toText(name)]);
    },
    maxEntries,
    maxMs,
  });
  const tookMs = Math.round(performance.now() - started);
  const { repositories, marks, closed, ownerRights, secrets, notes } = draft;
  const complete = result.complete && marks.size < maxMarks;
  return {
    repositories,
    marks,
    closed,
    ownerRights,
    secrets,
    notes,
    entries: result.entries,
    complete,
    tookMs,
  };
}

function visit(draft: Draft, place: Place): void {
  const { names, folder, entries } = place;
  // What looks like a bare repository is a folder like any other too: three empty names would hide all that is in it
  if (isBareRepository(entries)) addUnits(draft, listUnits(folder, names, "bare"));
  const isPackage = isAmongPackages(names);
  const folderKind = findFolderKind([...names, ""].join("/"));
  const { since } = draft.options;
  for (const entry of entries) {
    const name = toText(entry.name);
    const found = { folder, entry, names: [...names, name] };
    if (since !== undefined && hasOwnerRights(folder, entry, since)) {
      draft.ownerRights.push(found.names);
    }
    if (isGitName(name)) addRepository(draft, found);
    else if (!isPackage) {
      addHidden(draft, found);
      addMark(draft, found, folderKind);
    }
  }
}

function addRepository(draft: Draft, { folder, entry, names }: FoundEntry): void {
  if (entry.kind === "file" || entry.kind === "link") {
    addUnits(draft, [{ names, shape: entry.kind }]);
    return;
  }
  if (entry.kind !== "folder") return;
  using inner = folder.open(entry.name);
  if (inner === undefined) {
    addUnits(draft, [{ names, shape: "folder" }]);
    return;
  }
  const { since } = draft.options;
  const programs = since === undefined ? [] : listOwnerRights(inner, names, since);
  // One by one: a sandbox can make more of them than a call takes arguments
  for (const program of programs) draft.ownerRights.push(program);
  addUnits(draft, listUnits(inner, names, "folder"));
}

/** Each once: the walk also comes through the repositories in a bare one. */
function addUnits(draft: Draft, units: readonly RepositoryUnit[]): void {
  for (const unit of units) {
    const key = unit.names.join("/");
    if (draft.unitKeys.has(key)) continue;
    draft.unitKeys.add(key);
    draft.repositories.push(unit);
  }
}

function addHidden(draft: Draft, found: FoundEntry): void {
  const { hide } = draft.options;
  if (hide === undefined || !isHidden(hide, found)) return;
  const names = toHiddenNames(found, draft.workspace);
  if (names !== undefined) draft.secrets.push(names);
  const path = found.names.join("/");
  if (found.entry.kind === "folder") draft.hiddenFolders.add(path);
  if (hasOtherName(found)) {
    draft.notes.push(`${path} is hidden, but has another name (a hard link)`);
  }
}

function addMark(draft: Draft, found: FoundEntry, folderKind: string | undefined): void {
  if (draft.marks.size >= maxMarks) return;
  const mark = toMark(found, folderKind, draft.workspace);
  if (mark !== undefined) draft.marks.set(found.names.join("/"), mark);
}

function enters(draft: Draft, place: Place, name: string): boolean {
  if (isGitName(name)) return false;
  if (draft.options.deep) return true;
  if (draft.hiddenFolders.has([...place.names, name].join("/"))) return false;
  return !leadsToPackages(place.names, name);
}
