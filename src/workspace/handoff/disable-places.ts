import { join } from "node:path";
import { inFolderOf, type Names } from "../../base/fs/beneath.ts";
import { startedKind } from "../git-dir/pointed/named-executables.ts";
import { toTold } from "../roots/mounted-root.ts";
import type { Found } from "./found.ts";
import type { HandlingOptions, HandoffEntry } from "./handoff.ts";
import { disablePlace, disableUnseen, toDisabledText, type Hold } from "./disable-git-dir.ts";
import type { OpenDanger } from "./open-dangers.ts";

/** What the host must not meet, of one kind. */
interface Dangers {
  readonly all: readonly Names[];
  /** As the hand-off calls them */
  readonly kind: string;
  /** What is said of one that is still there */
  readonly left: string;
  readonly danger: OpenDanger["kind"];
  /** @returns what is said of one that is out of the way now; undefined when it isn't */
  readonly disable: (names: Names) => string | undefined;
}

async function disableAll(
  { all, kind, left, danger, disable }: Dangers,
  { root, budget, onDanger }: HandlingOptions,
): Promise<readonly HandoffEntry[]> {
  const entries: HandoffEntry[] = [];
  for (const names of all) {
    const isTried = names.length > 0 && (await budget.turn());
    const done = isTried ? disable(names) : undefined;
    if (done === undefined) onDanger({ place: join(root.source, ...names), kind: danger });
    const change = done === undefined ? "dangerous" : "disabled";
    entries.push({ change, kind, path: toTold(root, names.join("/")), detail: done ?? left });
  }
  return entries;
}

/** Whether a host executable is of a program that git starts by itself, and that wasn't there before. */
export function isNewProgram({ baseline }: Found, path: string, kind: string): boolean {
  return kind === startedKind && !baseline.executables.has(path);
}

/**
 * Takes away programs that the user's settings name, and that a sandbox made where there was none: nothing could be
 * mounted over them, and git would start them by itself.
 */
export async function disablePrograms(
  found: Found,
  options: HandlingOptions,
): Promise<readonly HandoffEntry[]> {
  const all = [...found.scan.executables].flatMap(([path, { kind }]) =>
    isNewProgram(found, path, kind) ? [path.split("/")] : [],
  );
  const left = "git's settings start it";
  const disable = (names: Names): string | undefined =>
    hold(options, left, (root) => disablePlace(root, names));
  return await disableAll({ all, kind: startedKind, left, danger: "started", disable }, options);
}

/** Git finds a repository in a folder that can be entered and not listed, and at any depth. */
export async function disableUnseenFolders(
  { scan }: Found,
  options: HandlingOptions,
): Promise<readonly HandoffEntry[]> {
  const toDangers = (all: readonly Names[], kind: string, why: string): Dangers => {
    const left = `${why}; don't go there before you know why`;
    const disable = (names: Names): string | undefined =>
      hold(options, why, (root) => disableUnseen(root, names));
    return { all, kind, left, danger: "folder", disable };
  };
  const closed = toDangers(scan.closed, "closed folders", "can't be looked into");
  const deep = toDangers(scan.deep, "deep folders", "is too deep to be looked into");
  return [...(await disableAll(closed, options)), ...(await disableAll(deep, options))];
}

/** Whoever else is on this machine could run such a program as the user. */
export async function takeOwnerRights(
  { scan, root }: Found,
  options: HandlingOptions,
): Promise<readonly HandoffEntry[]> {
  const disable = (names: Names): string | undefined =>
    inFolderOf(root.folder, names, (around, name) => around.withoutOwnerRights(name)) === true
      ? "ran as its owner (setuid); it doesn't any more"
      : undefined;
  const kind = "programs that ran as their owner (setuid)";
  const left = "runs as its owner (setuid)";
  return await disableAll(
    { all: scan.ownerRights, kind, left, danger: "program", disable },
    options,
  );
}

/** Undefined when it's still in the host's way, as where nothing is protected. */
function hold(
  { root, protect }: HandlingOptions,
  why: string,
  disable: (root: Found["root"]["folder"]) => Hold,
): string | undefined {
  const held = protect === "none" ? undefined : disable(root.folder);
  return held?.isDisabled === true ? `${why}; ${toDisabledText(held, root)}` : undefined;
}
