import { posix } from "node:path";
import { VaultboxError } from "../../base/errors.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { quoted } from "../../base/printable.ts";
import { gibibyte, mebibyte } from "../../base/units.ts";
import { infoDirectory } from "../sandbox-places.ts";

/** Writable file systems in memory, `bytes`: the usual ones, and the one at each volume that an image declares. */
export const temporarySizes = {
  tmp: 2 * gibibyte,
  varTmp: 512 * mebibyte,
  run: 64 * mebibyte,
  volume: 512 * mebibyte,
} as const;

/** What is made there may be run, as builds and tests do. */
const executable = "rw,nosuid,nodev,exec,mode=1777";
const temporary = {
  "/tmp": `${executable},size=${temporarySizes.tmp}`,
  "/var/tmp": `${executable},size=${temporarySizes.varTmp}`,
  "/run": `rw,nosuid,nodev,noexec,mode=1777,size=${temporarySizes.run}`,
} as const;
const volume = `${executable},size=${temporarySizes.volume}`;

/** Where the engine or vaultbox has something that a volume would hide. */
const taken = ["/proc", "/sys", "/dev", infoDirectory] as const;
/** In memory in any case */
const sharedMemory = "/dev/shm";

/**
 * Every file system in memory: the usual ones, and one at each volume that the image declares, where the engine would
 * make a volume that nobody asked for. What the image has there is hidden.
 * @param imageVolumes as the image spells them: a Dockerfile may end them with a slash, or have `..` in them
 * @param mounted targets of the other mounts
 * @param home the sandbox's own
 * @throws VaultboxError VBX_MOUNT_REFUSED for a volume where a sandbox must have something else
 */
export function toTemporary(
  imageVolumes: readonly string[],
  mounted: readonly string[],
  home: string,
): Readonly<Record<string, string>> {
  const paths = new Set(imageVolumes.map((path) => posix.resolve("/", path)));
  const free = [...paths].filter((path) => !mounted.includes(path));
  for (const path of free) if (path !== sharedMemory) refuseTaken(path, home);
  return { ...Object.fromEntries(free.map((path) => [path, volume])), ...temporary };
}

function refuseTaken(path: string, home: string): void {
  const isTaken = taken.some((folder) => contains(folder, path)) || contains(path, home);
  if (!isTaken) return;
  throw new VaultboxError(
    "VBX_MOUNT_REFUSED",
    `the image declares a volume at ${quoted(path)}, where a sandbox has something else`,
    {
      hints: [
        "use an image without it: a VOLUME can't be taken back in a Dockerfile FROM this one",
      ],
    },
  );
}
