import { dirname } from "node:path";
import { inFolderOf, type Folder } from "../../base/fs/beneath.ts";
import { toWays } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { isCompiledKind } from "../scan/compiled-executable.ts";
import type { Scan } from "../scan/scan.ts";
import type { Found } from "./found.ts";
import type { HandoffEntry } from "./handoff.ts";

const kind = "what others may write to";
/** Of one folder; more are told by their number. */
const maxOfFolder = 10;

/**
 * Takes the rights to write back that others than the owner didn't have before, on the root, the repositories and the
 * folders around files that programs go by: whoever else is on this machine could put others in their place.
 */
export async function takeSharedRights(
  { root, baseline, scan, since }: Found,
  budget: ScanBudget,
): Promise<readonly HandoffEntry[]> {
  const before = baseline.shared;
  if (since === undefined || before === undefined) return [];
  const places = toPlaces(scan);
  const given = new Map<string, number>();
  for (const [path, bits] of scan.shared) {
    // Who can write in a folder around it can take its place
    const own = toWaysOf(path).reduce((sum, one) => sum | (before.get(one) ?? 0), 0);
    if ((bits & ~own) !== 0 && isPlace(places, path)) given.set(path, bits & ~own);
  }
  const told: Told[] = [];
  for (const [path, bits] of given) {
    const isTaken = (await budget.turn()) && takeFrom(root, path, bits);
    const isInner = toWaysOf(path).some((one) => one !== path && given.has(one));
    if (isTaken && isInner) continue;
    told.push({ path, bits, isTaken });
  }
  const folders = Map.groupBy(told, (one) => `${one.isTaken} ${one.bits} ${dirname(one.path)}`);
  return [...folders.values()].flatMap((all) =>
    all.length > maxOfFolder
      ? all.slice(0, 1).map((one) => toFolderEntry(one, all.length))
      : all.map(toEntry),
  );
}

/** Something that others were given rights to. */
interface Told {
  readonly path: string;
  readonly bits: number;
  readonly isTaken: boolean;
}

function toEntry({ path, bits, isTaken }: Told): HandoffEntry {
  const who = toWho(bits);
  const [change, detail] = isTaken
    ? (["disabled", `was writable for ${who}; it isn't any more`] as const)
    : (["dangerous", `is writable for ${who}`] as const);
  return { change, kind, path: path || ".", detail };
}

/** @param count of those in one folder with the same rights */
function toFolderEntry({ path, bits, isTaken }: Told, count: number): HandoffEntry {
  const [change, verb, end] = isTaken
    ? (["disabled", "were writable", "; they aren't any more"] as const)
    : (["dangerous", "are writable", ""] as const);
  const detail = `has ${count} entries that ${verb} for ${toWho(bits)}${end}`;
  return { change, kind, path: dirname(path), detail };
}

function toWho(bits: number): string {
  return bits === 0o020 ? "the group" : "others";
}

interface Places {
  /** The root, and folders around host executables and around what they lead to */
  readonly around: ReadonlySet<string>;
  /** Repositories, and folders that host executables lead to: all in them */
  readonly whole: ReadonlySet<string>;
}

function toPlaces({ executables, linked, repositories }: Scan): Places {
  const around = new Set(["", ...[...linked].flatMap((path) => toWaysOf(path))]);
  for (const [path, executable] of executables) {
    if (!isCompiledKind(executable.kind)) for (const one of toWaysOf(path)) around.add(one);
  }
  return {
    around,
    whole: new Set([...linked, ...repositories.map(({ names }) => names.join("/"))]),
  };
}

function isPlace({ around, whole }: Places, path: string): boolean {
  return around.has(path) || toWaysOf(path).some((one) => whole.has(one));
}

/** The root, every folder around a path, and the path. */
function toWaysOf(path: string): readonly string[] {
  return path === "" ? [""] : toWays(path.split("/"));
}

function takeFrom({ folder }: Found["root"], path: string, bits: number): boolean {
  if (path === "") return folder.withoutOwnRights(bits);
  const take = (around: Folder, name: string): boolean => around.withoutRights(name, bits);
  return inFolderOf(folder, path.split("/"), take) === true;
}
