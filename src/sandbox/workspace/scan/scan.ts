import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { toText, type Entry } from "../../../files/entry-facts.ts";
import type { Folder } from "../../../files/beneath.ts";
import { findFolderKind, findNameKind } from "./mark-kinds.ts";
import { toNames, toRealPath } from "../host-path.ts";
import { matches, type HideRules } from "../hide/hide-rules.ts";
import { listUnits, type RepositoryUnit } from "../unit/repository-unit.ts";
import { isSecretFile } from "../hide/secret-files.ts";
import { isBareRepository, isGitName } from "../repository/repository-signs.ts";
import { walk, type Place } from "./walk.ts";

/** A file that a host's program would run or go by, as it was. */
export interface Mark {
  readonly kind: string;
  /** Two of the same content and mode are the same */
  readonly state: string;
}

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

/** Content of marked files is compared up to this size; beyond it size and time are. */
const maxHashedBytes = 256 * 1024;
const maxMarks = 20_000;
/** Folders within folders */
const maxWithin = 400;

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
  const isPackage = isAmongPackages(place);
  const folderKind = findFolderKind([...names, ""].join("/"));
  for (const entry of entries) {
    if (entry.kind === "file") lookAtRights(draft, place, entry);
    const name = toText(entry.name);
    const own = [...names, name];
    if (isGitName(name)) addRepository(draft, { folder, entry, names: own });
    else if (!isPackage) addEntry(draft, { folder, entry, names: own, folderKind });
  }
}

function lookAtRights({ options, ownerRights }: Draft, place: Place, { name }: Entry): void {
  if (options.since === undefined) return;
  if ((place.folder.mode(name) & 0o6000) === 0) return;
  const facts = place.folder.facts(name);
  if (facts !== undefined && facts.changedAt >= options.since)
    ownerRights.push([...place.names, toText(name)]);
}

/** A repository's folder isn't walked through for anything else. */
function lookAtRightsWithin(draft: Draft, folder: Folder, names: readonly string[]): void {
  if (draft.options.since === undefined || names.length > maxWithin) return;
  const entries = folder.entries();
  for (const entry of entries) {
    if (entry.kind === "file") lookAtRights(draft, { names, folder, entries }, entry);
    if (entry.kind !== "folder") continue;
    using inner = folder.open(entry.name);
    if (inner !== undefined) lookAtRightsWithin(draft, inner, [...names, toText(entry.name)]);
  }
}

interface Found {
  readonly folder: Folder;
  readonly entry: Entry;
  readonly names: readonly string[];
  /** Of everything in the folder */
  readonly folderKind?: string | undefined;
}

function addRepository(draft: Draft, { folder, entry, names }: Found): void {
  if (entry.kind === "file" || entry.kind === "link") {
    addUnits(draft, [{ names, shape: entry.kind }]);
    return;
  }
  if (entry.kind !== "folder") return;
  using inner = folder.open(entry.name);
  if (inner !== undefined) lookAtRightsWithin(draft, inner, names);
  addUnits(
    draft,
    inner === undefined ? [{ names, shape: "folder" }] : listUnits(inner, names, "folder"),
  );
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

function addEntry(draft: Draft, found: Found): void {
  const path = found.names.join("/");
  const { hide } = draft.options;
  if (hide !== undefined && isHidden(hide, found, path)) addSecret(draft, found);
  if (draft.marks.size >= maxMarks) return;
  const mark = found.entry.kind === "link" ? toLinkMark(draft, found) : toMark(found, path);
  if (mark !== undefined) draft.marks.set(path, mark);
}

function isHidden(hide: HideRules, { folder, entry }: Found, path: string): boolean {
  if (matches(hide.shown, path)) return false;
  if (matches(hide.hidden, path)) return true;
  return (
    hide.defaults && entry.kind !== "folder" && isSecretFile({ folder, name: entry.name }, path)
  );
}

/** A link is no place for a mount; what it leads to is, when that's in the workspace. */
function addSecret(draft: Draft, { folder, entry, names }: Found): void {
  if (entry.kind === "file" || entry.kind === "folder") {
    draft.secrets.push(names);
    if (entry.kind === "folder") draft.hiddenFolders.add(names.join("/"));
    if ((folder.facts(entry.name)?.links ?? 1) > 1 && entry.kind === "file") {
      draft.notes.push(`${names.join("/")} is hidden, but has another name (a hard link)`);
    }
    return;
  }
  if (entry.kind !== "link") return;
  const path = toRealPath(join(draft.workspace, ...names));
  if (path === undefined) return;
  const inside = toNames(draft.workspace, path);
  if (inside !== undefined && inside.length > 0) draft.secrets.push(inside);
}

function toMark({ folder, entry, folderKind }: Found, path: string): Mark | undefined {
  if (entry.kind !== "file") return undefined;
  const kind = folderKind ?? findNameKind(toText(entry.name));
  if (kind === undefined) return undefined;
  const facts = folder.facts(entry.name);
  if (facts === undefined) return undefined;
  const isProgram = path.includes("/bin/") || path.includes("/.bin/");
  const content = isProgram ? undefined : folder.read(entry.name, maxHashedBytes);
  const state =
    content === undefined
      ? `${facts.identity} ${facts.size} ${facts.changedAt}`
      : createHash("sha256").update(content).digest("hex");
  return { kind, state: `${(facts.mode & 0o111) === 0 ? "" : "x"} ${state}` };
}

/** Programs follow a link that leads out of the workspace with the user's rights. */
function toLinkMark(draft: Draft, { folder, entry, names, folderKind }: Found): Mark | undefined {
  const target = folder.readLink(entry.name) ?? "";
  const path = resolve(draft.workspace, ...names.slice(0, -1), target);
  const leaves = toNames(draft.workspace, path) === undefined;
  const kind = leaves
    ? "links out of the workspace"
    : (folderKind ?? findNameKind(toText(entry.name)));
  return kind === undefined ? undefined : { kind, state: `link ${target}` };
}

function enters(draft: Draft, place: Place, name: string): boolean {
  if (isGitName(name)) return false;
  if (draft.options.deep) return true;
  if (draft.hiddenFolders.has([...place.names, name].join("/"))) return false;
  if (place.names.at(-1) === "node_modules") return name === ".bin";
  return !(name === "site-packages" && place.names.some((one) => /^lib(?:64)?$/i.test(one)));
}

/** Where only repositories are looked for. */
function isAmongPackages({ names }: Place): boolean {
  const packages = names.lastIndexOf("node_modules");
  if (packages !== -1) return names[packages + 1] !== ".bin";
  return names.includes("site-packages");
}
