import type { Names } from "../../base/fs/beneath.ts";
import { toNames } from "../host-path.ts";
import type { HostExecutable } from "../scan/host-executable.ts";
import { toKnownHere, type Baseline } from "./baseline.ts";
import type { OtherRoot } from "./unscanned-sessions.ts";

/**
 * Takes out of a root's baseline what may be the work of other sandboxes: where another session is or was at work, only what
 * its own baseline has counts as the user's, and as it was then.
 */
export function leaveOutOthers(
  baseline: Baseline,
  root: string,
  others: readonly OtherRoot[],
): Baseline {
  return others.reduce((trusted, other) => leaveOut(trusted, root, other), baseline);
}

/** Whether a repository was there before each of the other sessions, or where none had a way to. */
export function wasBeforeOthers(names: Names, root: string, others: readonly OtherRoot[]): boolean {
  return others.every((other) => {
    const path = toPathIn(other, root, names.join("/"));
    return path === undefined || other.record?.baseline.repositories.has(path) === true;
  });
}

/** The path of a place in another session's root; undefined where its sandbox had no way to. */
function toPathIn(other: OtherRoot, root: string, path: string): string | undefined {
  const place = path === "" ? root : `${root}/${path}`;
  const its = toNames(other.source, place)?.join("/");
  const hidden = other.record?.baseline.hidden ?? [];
  const isHidden = hidden.some((one) => its?.startsWith(`${one}/`) === true);
  return isHidden ? undefined : its;
}

function leaveOut(baseline: Baseline, root: string, other: OtherRoot): Baseline {
  const isOverlapping =
    toNames(root, other.source) !== undefined || toNames(other.source, root) !== undefined;
  if (!isOverlapping) return baseline;
  const its = other.record?.baseline;
  const toItsPath = (path: string): string | undefined => toPathIn(other, root, path);
  const special = new Set(its?.special);
  const since = its === undefined || its.since > baseline.since ? baseline.since : its.since;
  return {
    ...baseline,
    since,
    special: baseline.special.filter((path) => {
      const itsPath = toItsPath(path);
      return itsPath === undefined || special.has(itsPath);
    }),
    deepAs: (baseline.deepAs ?? []).filter(({ path, key }) => {
      const itsPath = toItsPath(path);
      const isIts = its?.deepAs?.some((one) => one.path === itsPath && one.key === key);
      return itsPath === undefined || isIts === true;
    }),
    executables: keepKnown(
      baseline.executables,
      its?.executables ?? new Map<string, HostExecutable>(),
      { toItsPath },
    ),
    repositories: keepKnown(baseline.repositories, its?.repositories ?? new Map(), {
      toItsPath,
      ...(other.source === root ? {} : { choose: toKnownHere }),
    }),
  };
}

interface KeepOptions<Value> {
  readonly toItsPath: (path: string) => string | undefined;
  /** What counts where both have one; undefined: the other's */
  readonly choose?: (own: Value, its: Value) => Value;
}

/** Entries with the other baseline's value, where that has a say. */
function keepKnown<Value>(
  own: ReadonlyMap<string, Value>,
  its: ReadonlyMap<string, Value>,
  { toItsPath, choose }: KeepOptions<Value>,
): ReadonlyMap<string, Value> {
  const kept = new Map<string, Value>();
  for (const [path, value] of own) {
    const itsPath = toItsPath(path);
    const known = itsPath === undefined ? value : its.get(itsPath);
    if (known === undefined) continue;
    kept.set(path, itsPath === undefined || choose === undefined ? known : choose(value, known));
  }
  return kept;
}
