import { createHash } from "node:crypto";
import type { Folder, Names } from "../../base/fs/beneath.ts";
import type { FoundFile } from "../../base/fs/plain-file.ts";
import { follow } from "../../base/fs/path-steps.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { isCompiledKind, toCompiledExecutable, type CompiledFiles } from "./compiled-executable.ts";
import type { ExecutableFolder, ExecutableTable } from "./executable-table.ts";
import { sharedBits } from "./owner-rights.ts";
import type { FoundEntry } from "./walk.ts";

/** A file that a host's program would run or go by, as it was. */
export interface HostExecutable {
  readonly kind: string;
  /** Two of the same content are the same that the same people may run and write to */
  readonly state: string;
}

/** Programs follow a link that leads out of the workspace with the user's rights. */
export const leavingKind = "links out of the workspace";

/** Content is compared up to this size; beyond it size and time are. */
const maxHashedBytes = 256 * 1024;

/** A link to a folder in the workspace, in which programs then find what is in that one. */
export interface FolderAlias {
  /** Names from the workspace to the link */
  readonly names: Names;
  /** And to where it ends */
  readonly end: Names;
}

/** A link that led to another one, with all that led there: following each once has an end. */
export interface FollowedAlias extends FolderAlias {
  /** Paths of the links themselves */
  readonly links: Set<string>;
}

/** What entries are looked at with. */
export interface ExecutableScan {
  readonly workspace: string;
  readonly root: Folder;
  readonly table: ExecutableTable;
  readonly budget: ScanBudget;
  readonly compiled: CompiledFiles;
  /** Takes paths of what links of a kind end at */
  readonly found: { readonly linked: Set<string> };
}

/** Called for a link that leads to a folder of the workspace. */
type OnAlias = (alias: FolderAlias) => void;

/**
 * The host executable of an entry; undefined for an ordinary one. Its state is what a program finds at the name: through a link
 * that stays in the workspace the content of where the kernel ends, and of a link that leaves it the place where.
 * @param around the folder it is in
 */
export function toExecutable(
  found: FoundEntry,
  around: ExecutableFolder,
  scan: ExecutableScan,
  onAlias: OnAlias,
): HostExecutable | undefined {
  if (found.entry.kind === "link") return toLinkExecutable(found, around, scan, onAlias);
  if (found.entry.kind !== "file") return undefined;
  const { folder, entry, names } = found;
  const kind = scan.table.findKind(around, entry.name);
  if (kind === undefined) return undefined;
  if (isCompiledKind(kind)) return toCompiledExecutable(found, kind, scan.compiled);
  // There are hundreds of them, and large ones
  const path = names.join("/");
  const isProgram = path.includes("/bin/") || path.includes("/.bin/");
  const facts = folder.facts(entry.name);
  if (facts === undefined) return undefined;
  const content = isProgram ? undefined : folder.read(entry.name, maxHashedBytes);
  return { kind, state: toFileState({ facts, content }, scan.budget) };
}

/** Two of the same content and mode are the same. */
export function toFileState({ facts, content }: FoundFile, budget?: ScanBudget): string {
  budget?.spend("bytes", content?.length ?? 0);
  const state =
    content === undefined
      ? `${facts.identity} ${facts.size} ${facts.changedAt}`
      : createHash("sha256").update(content).digest("hex");
  const rights = `${(facts.mode & 0o111) === 0 ? "" : "x"}${(facts.mode & sharedBits) === 0 ? "" : "w"}`;
  return `${rights} ${state}`;
}

function toLinkExecutable(
  { folder, entry, names }: FoundEntry,
  around: ExecutableFolder,
  scan: ExecutableScan,
  onAlias: OnAlias,
): HostExecutable | undefined {
  const { workspace, table } = scan;
  const target = folder.readLink(entry.name) ?? "";
  const followed = follow(workspace, { from: names.slice(0, -1), path: target });
  if ("leavesAt" in followed) {
    return { kind: leavingKind, state: `link ${target} ${followed.leavesAt}` };
  }
  const kind = table.findKind(around, entry.name) ?? table.findKindBelow(names);
  if (kind === undefined || isCompiledKind(kind)) return undefined;
  const { end } = followed;
  const state = toEndState(end, scan);
  scan.found.linked.add(end.join("/"));
  if (state === "folder") onAlias({ names, end });
  return { kind, state: `link ${target} ${state}` };
}

/** The state of what a link ends at. */
function toEndState(end: Names, { root, budget }: ExecutableScan): string {
  if (end.length === 0) return "folder";
  const found = root.lookBelow(end, maxHashedBytes);
  if (found?.facts.kind !== "file") return found?.facts.kind ?? "nothing";
  return toFileState(found, budget);
}
