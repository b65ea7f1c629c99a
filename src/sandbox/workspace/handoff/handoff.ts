import { join } from "node:path";
import type { Folder } from "../../../files/beneath.ts";
import { holdPlace, holdUnit } from "./hold-unit.ts";
import { examineUnit } from "../unit/examine-unit.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";
import type { Mark, Scan } from "../scan/scan.ts";
import type { Danger } from "../unit/unit-look.ts";

/** One thing that the sandbox left for the host. */
export interface HandoffEntry {
  readonly change: "new" | "changed" | "removed" | "held" | "dangerous";
  /** What a program of the host would do with it */
  readonly kind: string;
  /** From the workspace */
  readonly path: string;
  /** For a repository: why git must not use it, and where it is now */
  readonly detail?: string;
}

/** What the sandbox left that the host's programs run or go by. */
export interface Handoff {
  readonly entries: readonly HandoffEntry[];
  /** False when the workspace was too large to look through */
  readonly complete: boolean;
  readonly tookMs: number;
}

/** What a repository was at the start. */
export interface KnownUnit {
  readonly fingerprint: string;
  readonly shape: RepositoryUnit["shape"];
  /** Ids of what makes git run something there: the user's own */
  readonly dangers: readonly string[];
  /** Of the remotes it names */
  readonly remotes: string;
}

/** What is remembered of the start; kept on disk for the case that this process dies. */
export interface Baseline {
  /** Before this nothing of the sandbox was there, `ns` since 1970 */
  readonly since: bigint;
  readonly marks: ReadonlyMap<string, Mark>;
  /** Paths of what the sandbox saw empty */
  readonly hidden: readonly string[];
  /** By path */
  readonly repositories: ReadonlyMap<string, KnownUnit>;
}

export interface HandoffOptions {
  readonly workspace: string;
  readonly root: Folder;
  readonly protect: "default" | "none";
}

/** Reads what a scan's repositories make git do, before the run. */
export async function readKnownUnits(
  root: Folder,
  scan: Scan,
  workspace: string,
): Promise<ReadonlyMap<string, KnownUnit>> {
  const found = new Map<string, KnownUnit>();
  for (const unit of scan.repositories) {
    const { fingerprint, dangers, remotes } = await examineUnit(root, unit, workspace);
    const known = { fingerprint, dangers: dangers.map(({ id }) => id), remotes, shape: unit.shape };
    found.set(unit.names.join("/"), known);
  }
  return found;
}

/** Paths of repositories whose remotes nobody but the sandbox chose; before any of them is held. */
export async function findMade(
  baseline: Baseline,
  scan: Scan,
  { root, workspace }: HandoffOptions,
): Promise<readonly string[]> {
  // What wasn't looked at could hold one anywhere
  const made: string[] = scan.complete ? [] : [workspace];
  for (const unit of scan.repositories) {
    const known = baseline.repositories.get(unit.names.join("/"));
    const { remotes, newest } = await examineUnit(root, unit, workspace);
    const isOld = known === undefined && wasThere(baseline, unit, newest);
    if (!isOld && known?.remotes !== remotes) made.push(join(workspace, ...unit.names));
  }
  return made;
}

/**
 * Compares the workspace with what it was. A repository that could make the host's git run something, and isn't as it
 * was, is held: renamed, so that git doesn't find it.
 */
export async function inspectHandoff(
  baseline: Baseline,
  scan: Scan,
  options: HandoffOptions,
): Promise<Handoff> {
  const repositories: HandoffEntry[] = [];
  // The innermost first: what is around one may be renamed next
  for (const unit of withKnown(scan, baseline).toReversed()) {
    const entry = await inspectUnit(baseline, unit, options);
    if (entry !== undefined) repositories.push(entry);
  }
  return {
    entries: [
      ...repositories,
      ...scan.closed.map((names) => toClosed(names)),
      ...takeOwnerRights(scan, options.root),
      ...findMoved(baseline.hidden, options.root),
      ...compareMarks(baseline.marks, scan),
    ],
    complete: scan.complete,
    tookMs: scan.tookMs,
  };
}

/**
 * Of a repository that the start didn't see: whether its times say that it was there. Only among installed packages and
 * in hidden folders, where the start doesn't look: elsewhere a folder around it was moved.
 */
function wasThere(
  { since, hidden }: Baseline,
  { names, shape }: RepositoryUnit,
  newest: bigint,
): boolean {
  const path = names.join("/");
  const isUnseen =
    names.includes("node_modules") ||
    names.includes("site-packages") ||
    hidden.some((one) => path.startsWith(`${one}/`));
  return isUnseen && newest < since && shape !== "link";
}

/** What was there before is looked at also when a limit ended the walk before it came there. */
function withKnown(
  { complete, repositories }: Scan,
  baseline: Baseline,
): readonly RepositoryUnit[] {
  if (complete) return repositories;
  const found = new Set(repositories.map(({ names }) => names.join("/")));
  const missed = [...baseline.repositories].filter(([path]) => !found.has(path));
  const units = missed.map(([path, { shape }]) => ({ names: toNames(path), shape }));
  return [...repositories, ...units];
}

function toNames(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "");
}

async function inspectUnit(
  baseline: Baseline,
  unit: RepositoryUnit,
  { root, workspace, protect }: HandoffOptions,
): Promise<HandoffEntry | undefined> {
  const path = unit.names.join("/");
  const known = baseline.repositories.get(path);
  const { fingerprint, dangers, newest } = await examineUnit(root, unit, workspace);
  if (known?.fingerprint === fingerprint) return undefined;
  const kind = "repositories";
  if (known === undefined && wasThere(baseline, unit, newest)) return undefined;
  const own = dangers.filter(({ id }) => known?.dangers.includes(id) !== true);
  if (own.length === 0) {
    return { change: known === undefined ? "new" : "changed", kind, path };
  }
  const why = own.slice(0, 4).map(({ text }) => text);
  if (own.length > why.length) why.push(`and ${own.length - why.length} more`);
  const held = protect === "none" ? [] : hold(root, unit, { own, isKnown: known !== undefined });
  return held.length === 0
    ? { change: "dangerous", kind, path, detail: why.join(", ") }
    : { change: "held", kind, path, detail: `${why.join(", ")}; it is ${held.join(", ")} now` };
}

/** Of the user's own repository no more than needed is taken away. */
function hold(
  root: Folder,
  unit: RepositoryUnit,
  { own, isKnown }: { readonly own: readonly Danger[]; readonly isKnown: boolean },
): readonly string[] {
  const places = [...new Set(own.flatMap(({ place }) => place ?? []))];
  const isInPlaces = own.every(({ place }) => place !== undefined);
  if (!isKnown || !isInPlaces) return [holdUnit(root, unit) ?? []].flat();
  return places.flatMap((place) => holdPlace(root, [...unit.names, ...place.split("/")]) ?? []);
}

/** Git finds a repository in a folder that can be entered and not listed. */
function toClosed(names: readonly string[]): HandoffEntry {
  const detail = "can't be looked into; don't go there before you know why";
  return { change: "dangerous", kind: "closed folders", path: names.join("/"), detail };
}

/** Whoever else is on this machine could run such a program as the user. */
function takeOwnerRights(scan: Scan, root: Folder): readonly HandoffEntry[] {
  const kind = "programs that ran as their owner (setuid)";
  return scan.ownerRights.map((names) => {
    using parent = root.openPath(names.slice(0, -1));
    const isTaken = parent?.withoutOwnerRights(names.at(-1) ?? "") === true;
    const path = names.join("/");
    return isTaken
      ? { change: "held", kind, path, detail: "ran as its owner (setuid), and no more" }
      : { change: "dangerous", kind, path, detail: "runs as its owner (setuid)" };
  });
}

/** A hidden file can be moved with a folder around it, to where the next run may not look for it. */
function findMoved(hidden: readonly string[], root: Folder): readonly HandoffEntry[] {
  const gone = hidden.filter((path) => {
    const names = path.split("/");
    using parent = root.openPath(names.slice(0, -1));
    return parent?.facts(names.at(-1) ?? "") === undefined;
  });
  return gone.map((path) => ({ change: "removed", kind: "hidden files, removed or moved", path }));
}

function compareMarks(before: ReadonlyMap<string, Mark>, scan: Scan): readonly HandoffEntry[] {
  const entries: HandoffEntry[] = [];
  for (const [path, { kind, state }] of scan.marks) {
    const was = before.get(path);
    if (was?.state === state) continue;
    entries.push({ change: was === undefined ? "new" : "changed", kind, path });
  }
  // What a limit kept the walk from isn't gone
  if (!scan.complete) return entries;
  for (const [path, { kind }] of before) {
    if (!scan.marks.has(path)) entries.push({ change: "removed", kind, path });
  }
  return entries;
}
