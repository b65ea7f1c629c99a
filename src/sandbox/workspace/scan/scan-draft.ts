import { isSystemError, orNothing, type Folder } from "../../../files/beneath.ts";
import { hasOtherName, isHidden, toHiddenNames } from "../hide/hidden-entry.ts";
import type { HideRules } from "../hide/hide-rules.ts";
import { listUnits, type RepositoryUnit } from "../unit/repository-unit.ts";
import type { MarkFolder, MarkTable } from "./mark-table.ts";
import { toMark, type Mark } from "./mark.ts";
import { listOwnerRights } from "./owner-rights.ts";
import type { FoundEntry } from "./walk.ts";

export interface ScanOptions {
  /** Undefined: nothing is hidden */
  readonly hide: HideRules | undefined;
  /** Whether repositories are looked for among installed packages too; nothing else is, there */
  readonly deep: boolean;
  /** Whether the owner is given the rights to folders that their modes keep back, so that they are looked into */
  readonly opens?: boolean;
  /** Programs that run as their owner are looked for among what changed after this, `ns`; undefined: they are not */
  readonly since?: bigint;
  readonly maxEntries: number;
  readonly maxMs: number;
}

/** More than this isn't a list that anybody reads; what isn't on it isn't compared. */
export const maxMarks = 20_000;

/** What a scan has found so far. */
export interface ScanDraft {
  readonly workspace: string;
  readonly options: ScanOptions;
  readonly table: MarkTable;
  readonly repositories: RepositoryUnit[];
  /** Paths of the repositories */
  readonly unitKeys: Set<string>;
  readonly marks: Map<string, Mark>;
  readonly special: (readonly string[])[];
  /** Folders in which nothing but special files counts */
  readonly aside: (readonly string[])[];
  readonly closed: (readonly string[])[];
  readonly unlisted: (readonly string[])[];
  readonly deep: (readonly string[])[];
  readonly opened: (readonly string[])[];
  readonly ownerRights: (readonly string[])[];
  readonly secrets: (readonly string[])[];
  /** Paths of folders among the secrets, which the walk stays out of */
  readonly hiddenFolders: Set<string>;
  readonly notes: string[];
}

export function createScanDraft(
  workspace: string,
  options: ScanOptions,
  table: MarkTable,
): ScanDraft {
  return {
    workspace,
    options,
    table,
    repositories: [],
    unitKeys: new Set(),
    marks: new Map(),
    special: [],
    aside: [],
    closed: [],
    unlisted: [],
    deep: [],
    opened: [],
    ownerRights: [],
    secrets: [],
    hiddenFolders: new Set(),
    notes: [],
  };
}

/** Takes an entry that is called `.git`. */
export function addRepository(draft: ScanDraft, { folder, entry, names }: FoundEntry): void {
  if (entry.kind === "file" || entry.kind === "link") {
    addUnits(draft, [{ names, shape: entry.kind }]);
    return;
  }
  if (entry.kind !== "folder") return;
  // One whose inside can't be looked into is examined all the same, and found to be dangerous
  addUnits(draft, [{ names, shape: "folder" }]);
  using inner = orNothing(() => folder.open(entry.name));
  if (inner === undefined) return;
  const { since } = draft.options;
  const programs = since === undefined ? [] : listOwnerRights(inner, names, since);
  // One by one: a sandbox can make more of them than a call takes arguments
  for (const program of programs) draft.ownerRights.push(program);
  addInnerUnits(draft, { folder: inner, names, shape: "folder" });
}

/** The repositories in one; where they can't be listed, nobody may go into it. */
export function addInnerUnits(
  draft: ScanDraft,
  { folder, names, shape }: { folder: Folder; names: readonly string[]; shape: "folder" | "bare" },
): void {
  try {
    addUnits(draft, listUnits(folder, names, shape));
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof RangeError)) throw error;
    draft.closed.push(names);
  }
}

/** Each once: the walk also comes through the repositories in a bare one. */
export function addUnits(draft: ScanDraft, units: readonly RepositoryUnit[]): void {
  for (const unit of units) {
    const key = unit.names.join("/");
    if (draft.unitKeys.has(key)) continue;
    draft.unitKeys.add(key);
    draft.repositories.push(unit);
  }
}

export function addHidden(draft: ScanDraft, found: FoundEntry): void {
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

export function addMark(draft: ScanDraft, found: FoundEntry, around: MarkFolder): void {
  if (draft.marks.size >= maxMarks) return;
  const mark = toMark(found, around, draft);
  if (mark !== undefined) draft.marks.set(found.names.join("/"), mark);
}
