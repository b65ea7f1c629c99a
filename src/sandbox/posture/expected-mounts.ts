import { posix } from "node:path";
import type { MountRow } from "../../base/fs/mount-table.ts";
import type { CoveredPlace } from "../../workspace/covered-places.ts";
import type { MountSource } from "../../workspace/roots/open-roots.ts";
import type { InsideFacts } from "./inside-facts.ts";

/** Which mounts a sandbox must have. */
interface ExpectedMounts {
  /** What was checked before it was mounted, in the order that the prologue was told */
  readonly sources: readonly MountSource[];
  /** Id of this machine's boot; undefined when the engine is known to have another kernel */
  readonly bootId: string | undefined;
  /** What is hidden, masked or protected, and would be open otherwise */
  readonly covered: readonly CoveredPlace[];
  /** Targets whose mounts show what is at the same place in another mount, `base`, and nothing from elsewhere */
  readonly shownAgain: readonly { readonly target: string; readonly base: string }[];
}

/**
 * Targets that show something else than what was checked. An engine goes by the path again, and whoever can write to a
 * folder above could exchange what is there between the check and the mount. Only a kernel that both share gives both the
 * same numbers; an engine in a virtual machine has another one.
 */
export function findExchanged(
  inside: InsideFacts,
  { sources, bootId }: ExpectedMounts,
): readonly string[] {
  if (bootId === undefined || inside.bootId !== bootId) return [];
  return sources
    .filter(({ target, origin }, index) => {
      if (origin === undefined || isSandboxedKernel(inside, target)) return false;
      const source = inside.sources.get(index);
      const mount =
        inside.origins.find(({ id }) => id === source?.mount) ??
        inside.origins.findLast((one) => one.target === target);
      if (mount?.device !== origin.device || mount.root !== origin.root) return true;
      const inodes = [source?.inode, origin.inode];
      return !inodes.includes(undefined) && source?.inode !== origin.inode;
    })
    .map(({ target }) => target);
}

/**
 * Mounts that show something else than what they are over. An engine follows links in a mount's source, and another
 * session's sandbox could put one into the same workspace between the plan and the mount.
 */
export function findForeign(
  { origins, mounts }: InsideFacts,
  { shownAgain }: ExpectedMounts,
): readonly string[] {
  const find = (target: string): MountRow | undefined =>
    origins.findLast((origin) => origin.target === target);
  return shownAgain
    .filter(({ target, base }) => {
      const [own, around] = [find(target), find(base)];
      if (isSandboxedKernel({ mounts }, base)) return false;
      if (own === undefined || around === undefined) return true;
      const root = posix.join(around.root, posix.relative(base, target));
      return own.device !== around.device || own.root !== root;
    })
    .map(({ target }) => target);
}

/** Targets at which nothing is mounted: a folder on the way was exchanged in the moment of the mount. */
export function findUncovered(
  { origins, mounts }: InsideFacts,
  { covered, sources }: ExpectedMounts,
): readonly string[] {
  const targets = new Set(origins.map(({ target }) => target));
  return isSandboxedKernel({ mounts }, sources[0]?.target ?? "")
    ? []
    : covered.flatMap(({ target }) => (targets.has(target) ? [] : [target]));
}

/** Covered places of which the prologue is to tell, in this order. */
export function toAskedPlaces(covered: readonly CoveredPlace[]): readonly CoveredPlace[] {
  return covered.filter(({ around }) => around !== undefined);
}

/**
 * Covered places that aren't in the folder that was looked at: it was exchanged before the mount, and what is in it lies
 * open elsewhere. The prologue looks at the mount from the very folder that it tells of.
 */
export function findMisplaced(
  inside: InsideFacts,
  { covered, bootId }: ExpectedMounts,
): readonly string[] {
  if (bootId === undefined || inside.bootId !== bootId) return [];
  const find = (id: string | undefined): MountRow | undefined =>
    inside.origins.find((origin) => origin.id === id);
  return toAskedPlaces(covered).flatMap(({ target, around, shows }, index) => {
    const found = inside.covered.get(index);
    const isThere =
      found?.around.inode === around?.inode &&
      find(found?.around.mount)?.device === around?.device &&
      find(found?.over)?.root.endsWith(shows ?? "") === true;
    return isThere || isSandboxedKernel(inside, target) ? [] : [target];
  });
}

/** One like gVisor's has a file system of its own for each mount, and says nothing of the host's. */
function isSandboxedKernel({ mounts }: Pick<InsideFacts, "mounts">, target: string): boolean {
  const type = mounts.findLast((mount) => mount.target === target)?.type ?? "";
  return type === "9p" || type === "gofer";
}

/** What a sandbox was asked to be. */
export interface PostureExpectation extends ExpectedMounts {
  readonly uid: number;
  readonly gid: number;
  readonly memoryBytes: number;
  readonly pids: number;
  readonly relayId: string;
  /** See `ContainerSpec` */
  readonly seccomp: string;
  /** Targets that may be written to: the workspace, `--mount … rw`, HOME and the temporary file systems */
  readonly writableTargets: readonly string[];
  /** Targets of every mount that was asked for */
  readonly mountTargets: readonly string[];
}

/** A fact of a sandbox, held against what was asked for. */
export interface Check {
  readonly name: string;
  readonly expected: boolean;
  readonly found: unknown;
}
