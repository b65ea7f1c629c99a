import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { toShellWord } from "../base/shell-word.ts";
import type { MountedRoot } from "../workspace/roots/mounted-root.ts";

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
    throw new VaultboxError("VBX_MOUNT_REFUSED", `cannot mount ${quoted(source)}: ${why}`, {
      hints: [
        `mount all of it, which is protected then: --mount ${toShellWord(repository)}:rw`,
        `--allow-mount ${toShellWord(source)} makes an exception, if you are sure`,
      ],
    });
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
