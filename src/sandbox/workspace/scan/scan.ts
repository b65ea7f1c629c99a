import { orNothing, type Folder } from "../../../files/beneath.ts";
import type { Entry } from "../../../files/entry-facts.ts";
import { findOtherSystem } from "../other-systems/other-system.ts";
import { isBareRepository, isGitName } from "../repository/repository-signs.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";
import { isAmongPackages, leadsToPackages } from "./installed-packages.ts";
import { findSpecialBelow } from "./find-special-files.ts";
import type { Mark } from "./mark.ts";
import { hasOwnerRights } from "./owner-rights.ts";
import {
  addHidden,
  addInnerUnits,
  addMark,
  addRepository,
  addUnits,
  createScanDraft,
  maxMarks,
  type ScanDraft,
  type ScanOptions,
} from "./scan-draft.ts";
import { walk, type Place } from "./walk.ts";

/** What one walk through the workspace found. */
export interface Scan {
  readonly repositories: readonly RepositoryUnit[];
  /** By path from the workspace */
  readonly marks: ReadonlyMap<string, Mark>;
  /** Special files: sockets, pipes and devices, wherever they are */
  readonly special: readonly (readonly string[])[];
  /** Folders of the workspace's owner that can't be looked into */
  readonly closed: readonly (readonly string[])[];
  /** Other folders that can't be listed */
  readonly unlisted: readonly (readonly string[])[];
  /** Folders that weren't looked into, because they are in too many others */
  readonly deep: readonly (readonly string[])[];
  /** Folders whose owner was given the rights to look into them */
  readonly opened: readonly (readonly string[])[];
  /** Programs that run as their owner or group, changed after `since` */
  readonly ownerRights: readonly (readonly string[])[];
  /** Names of what is hidden from the sandbox */
  readonly secrets: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly entries: number;
  readonly complete: boolean;
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
  const started = performance.now();
  const { hostFileTable } = await import("./host-file-table.ts");
  const draft = createScanDraft(workspace, options, hostFileTable);
  const { maxEntries, maxMs } = options;
  const owner = root.ownFacts().uid;
  const result = await walk(root, {
    visit: (place) => visit(draft, place),
    enters: (place, name) => enters(draft, place, name),
    onClosed: ({ folder, names }, name) => {
      // Somebody else's is closed to the sandbox as well, which runs as the workspace's owner
      const uid = orNothing(() => folder.facts(name))?.uid ?? owner;
      draft[uid === owner ? "closed" : "unlisted"].push([...names, name]);
    },
    onDeep: ({ names }, name) => void draft.deep.push([...names, name]),
    ...(options.opens === true
      ? { onOpened: ({ names }: Place, name: string) => void draft.opened.push([...names, name]) }
      : {}),
    maxEntries,
    maxMs,
  });
  const aside = await findSpecialBelow(root, draft.aside, {
    maxEntries: maxEntries - result.entries,
    maxMs: maxMs - (performance.now() - started),
  });
  draft.special.push(...aside.special);
  draft.unlisted.push(...aside.unlisted);
  const tookMs = Math.round(performance.now() - started);
  const { repositories, marks, special, closed, unlisted, deep, opened } = draft;
  const { ownerRights, secrets, notes } = draft;
  const complete = result.complete && aside.complete && marks.size < maxMarks;
  return {
    repositories,
    marks,
    special,
    closed,
    unlisted,
    deep,
    opened,
    ownerRights,
    secrets,
    notes,
    entries: result.entries,
    complete,
    tookMs,
  };
}

function visit(draft: ScanDraft, place: Place): void {
  const { names, folder, entries } = place;
  // What looks like a bare repository is a folder like any other too: three empty names would hide all that is in it
  if (isBareRepository(entries)) addInnerUnits(draft, { folder, names, shape: "bare" });
  const isPackage = isAmongPackages(names);
  const around = draft.table.toFolder(names);
  const { since } = draft.options;
  for (const entry of entries) {
    const name = entry.name;
    const found = { folder, entry, names: [...names, name] };
    if (since !== undefined && hasOwnerRights(folder, entry, since)) {
      draft.ownerRights.push(found.names);
    }
    if (entry.kind === "other") draft.special.push(found.names);
    else if (isGitName(name)) addRepository(draft, found);
    else if (isOtherRepository(entry)) addUnits(draft, [{ names: found.names, shape: "other" }]);
    else if (!isPackage) {
      addHidden(draft, found);
      addMark(draft, found, around);
    }
  }
}

/** A link too: what it leads to is another repository's. */
function isOtherRepository({ name, kind }: Entry): boolean {
  return (kind === "folder" || kind === "link") && findOtherSystem(name) !== undefined;
}

function enters(draft: ScanDraft, place: Place, name: string): boolean {
  const names = [...place.names, name];
  if (draft.hiddenFolders.has(names.join("/"))) return false;
  if (!isGitName(name) && (draft.options.deep || !leadsToPackages(place.names, name))) return true;
  draft.aside.push(names);
  return false;
}
