import { VaultboxError } from "../base/errors.ts";
import { contains } from "../base/fs/path-steps.ts";
import { quoted } from "../base/printable.ts";
import { toShellWord } from "../base/shell-word.ts";
import { isSameView, type MountedRoot } from "../workspace/roots/mounted-root.ts";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * What is hidden and protected in a root is so at its own place in the sandbox only: no other one may show it again.
 * @param allowed exact sources that the user named with `--allow-mount`
 * @throws VaultboxError VBX_MOUNT_REFUSED
 */
export function refuseSecondViews(roots: readonly MountedRoot[], allowed: readonly string[]): void {
  for (const outer of roots) {
    for (const inner of roots) {
      if (inner === outer || !contains(outer.source, inner.source)) continue;
      const [mount] = [inner, outer].filter(({ kind }) => kind === "mount");
      if (mount === undefined || allowed.includes(mount.source)) continue;
      refusePair(outer, inner);
    }
  }
}

function refusePair(outer: MountedRoot, inner: MountedRoot): void {
  const isSame = isSameView(outer, inner);
  if (outer.kind !== "mount") {
    const what =
      outer.kind === "workspace" ? "the workspace" : `the repository ${quoted(outer.source)}`;
    throw refused(inner.source, `it is in ${what}, which is in the sandbox at its own path`, [
      `use it there: ${inner.source}`,
    ]);
  }
  if (isSame) return;
  if (inner.kind === "workspace") {
    throw refused(
      outer.source,
      "the workspace is in it, and would be seen without what is hidden in it",
      [`mount it at its own path: --mount ${toShellWord(outer.source)}`],
    );
  }
  // What is read-only is hidden at each place that it's mounted at
  if (!outer.writable || !inner.writable) return;
  const why = `${quoted(inner.source)} could be written to at two places`;
  throw refused(outer.source, why, [
    `mount it at its own path: --mount ${toShellWord(outer.source)}:rw`,
  ]);
}

function refused(source: string, why: string, hints: readonly string[]): VaultboxError {
  return new VaultboxError("VBX_MOUNT_REFUSED", `cannot mount ${quoted(source)}: ${why}`, {
    hints: [...hints, `--allow-mount ${toShellWord(source)} makes an exception, if you are sure`],
  });
}

/**
 * A part of a repository's own folder, such as its hooks, can't be told from any other folder once it's mounted alone:
 * it isn't mounted writable.
 * @param allowed exact sources that the user named with `--allow-mount`
 * @throws VaultboxError VBX_MOUNT_REFUSED
 */
export function refuseRepositoryParts(
  roots: readonly MountedRoot[],
  allowed: readonly string[],
): void {
  for (const { kind, source, writable } of roots) {
    if (kind !== "mount" || !writable || allowed.includes(source)) continue;
    const repository = findAround(source);
    if (repository === undefined) continue;
    const why = `it is a part of the repository ${quoted(repository)}, where git runs and obeys what it finds`;
    throw refused(source, why, [
      `mount all of it, which is protected then: --mount ${toShellWord(repository)}:rw`,
    ]);
  }
}

/** The folder of git's around a path that is in none of its work trees. */
function findAround(source: string): string | undefined {
  for (let folder = source; !existsSync(join(folder, ".git")); folder = dirname(folder)) {
    const above = dirname(folder);
    if (above === folder) return undefined;
    if (["HEAD", "objects", "refs"].every((name) => existsSync(join(above, name)))) return above;
  }
  return undefined;
}
