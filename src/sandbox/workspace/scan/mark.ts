import { createHash } from "node:crypto";
import { followInside } from "../host-path.ts";
import type { LookBudget } from "../look-budget.ts";
import type { MarkFolder, MarkTable } from "./mark-table.ts";
import type { FoundEntry } from "./walk.ts";

/** A file that a host's program would run or go by, as it was. */
export interface Mark {
  readonly kind: string;
  /** Two of the same content and mode are the same */
  readonly state: string;
}

/** Programs follow a link that leads out of the workspace with the user's rights. */
export const leavingKind = "links out of the workspace";

/** Content is compared up to this size; beyond it size and time are. */
const maxHashedBytes = 256 * 1024;

/** A link to a folder in the workspace, in which programs then find what is in that one. */
export interface FolderAlias {
  /** Names from the workspace to the link */
  readonly names: readonly string[];
  /** And to where it ends */
  readonly end: readonly string[];
}

/** What entries are looked at with. */
export interface MarkScan {
  readonly workspace: string;
  readonly table: MarkTable;
  readonly budget: LookBudget;
  readonly onAlias: (alias: FolderAlias) => void;
}

/**
 * The mark of an entry; undefined for an ordinary one.
 * @param around the folder it is in
 */
export function toMark(found: FoundEntry, around: MarkFolder, scan: MarkScan): Mark | undefined {
  if (found.entry.kind === "link") return toLinkMark(found, around, scan);
  if (found.entry.kind !== "file") return undefined;
  const kind = scan.table.findKind(around, found.entry.name);
  return kind === undefined ? undefined : toFileMark(found, kind, scan.budget);
}

function toFileMark(
  { folder, entry, names }: FoundEntry,
  kind: string,
  budget: LookBudget,
): Mark | undefined {
  const facts = folder.facts(entry.name);
  if (facts === undefined) return undefined;
  // There are hundreds of them, and large ones
  const path = names.join("/");
  const isProgram = path.includes("/bin/") || path.includes("/.bin/");
  const content = isProgram ? undefined : folder.read(entry.name, maxHashedBytes);
  budget.spend("bytes", content?.length ?? 0);
  const state =
    content === undefined
      ? `${facts.identity} ${facts.size} ${facts.changedAt}`
      : createHash("sha256").update(content).digest("hex");
  return { kind, state: `${(facts.mode & 0o111) === 0 ? "" : "x"} ${state}` };
}

function toLinkMark(
  { folder, entry, names }: FoundEntry,
  around: MarkFolder,
  { workspace, table, onAlias }: MarkScan,
): Mark | undefined {
  const target = folder.readLink(entry.name) ?? "";
  const end = followInside(workspace, { from: names.slice(0, -1), path: target });
  const below = end === undefined ? undefined : table.findKindBelow(names);
  if (end !== undefined && below !== undefined) onAlias({ names, end });
  const kind = end === undefined ? leavingKind : (table.findKind(around, entry.name) ?? below);
  return kind === undefined ? undefined : { kind, state: `link ${target}` };
}
