import { orNothing, type Folder } from "../../../files/beneath.ts";
import { toWrittenName } from "../../../files/name-text.ts";
import type { Mark } from "../scan/mark.ts";
import { maxMarks } from "../scan/scan-draft.ts";
import type { Scan } from "../scan/scan.ts";
import type { Baseline } from "./baseline.ts";
import type { Handoff, HandoffEntry, HandoffOptions } from "./handoff.ts";
import { holdUnseen } from "./hold-unit.ts";
import { inspectViews } from "./left-views.ts";
import { inspectRepositories } from "./left-repositories.ts";

/** Compares the workspace with what it was, and takes away what the host must not meet. */
export async function inspectHandoff(
  baseline: Baseline,
  scan: Scan,
  options: HandoffOptions,
): Promise<Handoff> {
  const repositories = await inspectRepositories(baseline, scan, options);
  // Of those that git still finds
  const views = await inspectViews(baseline, scan.repositories, options.root);
  const entries = [
    ...repositories,
    ...views,
    ...holdUnseenFolders(scan, options),
    ...scan.opened.map((names) => toOpened(names)),
    ...takeOwnerRights(scan, options.root),
    ...findSpecial(baseline, scan),
    ...findMoved(baseline.hidden, options.root),
    ...compareMarks(baseline.marks, scan),
  ];
  return {
    entries: entries.map(toWritten),
    complete: scan.complete,
    tookMs: scan.tookMs,
  };
}

/** What is told of an entry leaves this program, for others that take only UTF-8. */
function toWritten({ path, detail, ...entry }: HandoffEntry): HandoffEntry {
  const own = { ...entry, path: toWrittenName(path) };
  return detail === undefined ? own : { ...own, detail: toWrittenName(detail) };
}

/** Git finds a repository in a folder that can be entered and not listed, and at any depth. */
function holdUnseenFolders(
  { closed, deep }: Scan,
  { root, protect }: HandoffOptions,
): readonly HandoffEntry[] {
  const all = [
    ...closed.map((names) => ({ names, kind: "closed folders", why: "can't be looked into" })),
    ...deep.map((names) => ({ names, kind: "deep folders", why: "is too deep to be looked into" })),
  ];
  return all.map(({ names, kind, why }) => {
    const path = names.join("/");
    const held = protect === "none" || names.length === 0 ? undefined : holdUnseen(root, names);
    return held === undefined
      ? { change: "dangerous", kind, path, detail: `${why}; don't go there before you know why` }
      : { change: "held", kind, path, detail: `${why}; it is ${held} now, closed to all` };
  });
}

/** Its mode kept its owner out, which is what somebody would do who hides something there. */
function toOpened(names: readonly string[]): HandoffEntry {
  return { change: "changed", kind: "closed folders, open now", path: names.join("/") };
}

/** Whoever else is on this machine could run such a program as the user. */
function takeOwnerRights(scan: Scan, root: Folder): readonly HandoffEntry[] {
  const kind = "programs that ran as their owner (setuid)";
  return scan.ownerRights.map((names) => {
    using parent = orNothing(() => root.openPath(names.slice(0, -1)));
    const isTaken = parent?.withoutOwnerRights(names.at(-1) ?? "") === true;
    const path = names.join("/");
    return isTaken
      ? { change: "held", kind, path, detail: "ran as its owner (setuid), and no more" }
      : { change: "dangerous", kind, path, detail: "runs as its owner (setuid)" };
  });
}

/** A program of the host that reads a pipe waits for it, and one that finds a socket may talk to it. */
function findSpecial({ special, hidden }: Baseline, scan: Scan): readonly HandoffEntry[] {
  const known = new Set(special);
  // Into a hidden folder neither the start looked nor the sandbox
  const isHidden = (path: string): boolean => hidden.some((one) => path.startsWith(`${one}/`));
  return scan.special
    .map((names) => names.join("/"))
    .filter((path) => !known.has(path) && !isHidden(path))
    .slice(0, maxMarks)
    .map((path) => ({ change: "new", kind: "sockets, pipes and devices", path }));
}

/** A hidden file can be moved with a folder around it, to where the next run may not look for it. */
function findMoved(hidden: readonly string[], root: Folder): readonly HandoffEntry[] {
  const gone = hidden.filter((path) => {
    const names = path.split("/");
    using parent = orNothing(() => root.openPath(names.slice(0, -1)));
    return orNothing(() => parent?.facts(names.at(-1) ?? "")) === undefined;
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
