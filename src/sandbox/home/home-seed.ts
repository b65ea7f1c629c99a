import { posix } from "node:path";
import type { HomeFile } from "../../agents/agent-profile.ts";
import type { CreatedContainer } from "../../engine/engine.ts";
import { isVaultboxError, VaultboxError } from "../../base/errors.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { readFirstFile, type TarEntry, toTar } from "../../engine/tar.ts";
import type { HomeVolume } from "./home-volume.ts";
import type { SandboxUser } from "../sandbox-user.ts";
import { homeMount, isBelowHome } from "../sandbox-places.ts";
import { isFields } from "../../base/shape.ts";

/** What HOME is when the command begins. */
interface HomeSeed {
  readonly sandboxUser: SandboxUser;
  readonly files: readonly HomeFile[];
  /** Vaultbox's own, which replace what a kept home has there */
  readonly own: readonly TarEntry[];
  readonly volume: HomeVolume;
  /** Targets of mounts; those below HOME are left as they are, and the folders around them belong to the user */
  readonly mounted: readonly string[];
}

/** Gives HOME to the sandbox's user and puts the agent's files in, through the container before it starts. */
export async function seedHome(
  container: CreatedContainer,
  { sandboxUser, files, own, volume, mounted }: HomeSeed,
): Promise<void> {
  const targets = mounted.filter(isBelowHome);
  const isMounted = (path: string): boolean => targets.some((target) => contains(target, path));
  const entries = own.filter(({ path }) => !isMounted(posix.join(sandboxUser.home, path)));
  for (const file of files) {
    // What the user mounted there is meant to be there, and isn't ours to write to
    if (isMounted(posix.join(sandboxUser.home, file.path))) continue;
    const present = volume.kept ? await readPresent(container, sandboxUser.home, file) : undefined;
    const content = present === undefined ? file.content : mergeHomeFile(file, present);
    if (content !== present) entries.push({ path: file.path, mode: file.mode, content });
  }
  const root = sandboxUser.home.slice(homeMount.length + 1);
  const folders = targets
    .map((target) => posix.dirname(target))
    .filter((path) => isBelowHome(path) && !isMounted(path))
    .map((path) => posix.relative(sandboxUser.home, path));
  const owner = { ...sandboxUser, modifiedAt: new Date() };
  const tar = toTar(withParents(entries, { root, folders }), owner);
  try {
    await container.putArchive(homeMount, tar);
  } catch (error) {
    throw volume.kept ? withRemedy(error, volume) : error;
  }
}

/** Files and empty folders under `root`, with `root` and every directory between, each once and before what is in it. */
export function withParents(
  files: readonly TarEntry[],
  { root, folders = [] }: { readonly root: string; readonly folders?: readonly string[] },
): readonly TarEntry[] {
  const directories = new Set<string>([`${root}/`]);
  for (const path of [...files.map((file) => file.path), ...folders.map((one) => `${one}/`)]) {
    const parts = path.split("/");
    for (let count = 1; count < parts.length; count += 1) {
      directories.add(`${[root, ...parts.slice(0, count)].join("/")}/`);
    }
  }
  return [
    ...[...directories].map((path) => ({ path, mode: 0o700, content: "" })),
    ...files.map((file) => ({ ...file, path: `${root}/${file.path}` })),
  ];
}

/** An agent may have put a link or a folder where its own settings go; the engine overwrites neither. */
function withRemedy(error: unknown, volume: HomeVolume): unknown {
  if (!(error instanceof VaultboxError)) return error;
  const hints = [
    `if an earlier session broke this home, remove it: docker volume rm ${volume.name}`,
  ];
  return new VaultboxError(error.code, error.message, { hints, cause: error });
}

async function readPresent(
  container: CreatedContainer,
  home: string,
  file: HomeFile,
): Promise<string | undefined> {
  try {
    const tar = await container.getArchive(`${home}/${file.path}`);
    return tar === undefined ? undefined : readFirstFile(tar);
  } catch (error) {
    // An agent made it larger than any settings are: it starts afresh, as with a file that is broken
    if (isVaultboxError(error, "VBX_FILE_UNSAFE")) return undefined;
    throw error;
  }
}

/**
 * The content for a home that has the file already. The present content was written by an agent: it goes back to
 * where it came from and is used for nothing else. Content that is no JSON object is replaced.
 */
export function mergeHomeFile(file: HomeFile, present: string): string {
  switch (file.existing) {
    case "replace":
      return file.content;
    case "merge-json":
      return mergeJsonText(present, file.content);
  }
}

function mergeJsonText(present: string, seeded: string): string {
  try {
    const parsed: unknown = JSON.parse(present);
    if (!isFields(parsed)) return seeded;
    return `${JSON.stringify(merge(parsed, JSON.parse(seeded)), undefined, 2)}\n`;
  } catch {
    // The agent left a broken file, or one nested too deep to write: starting afresh is what the agent itself would do
    return seeded;
  }
}

/** Objects by key, lists without doubles; of two other values the seeded one. */
function merge(present: unknown, seeded: unknown): unknown {
  if (Array.isArray(present) && Array.isArray(seeded)) return [...new Set([...present, ...seeded])];
  if (!isFields(present) || !isFields(seeded)) return seeded;
  const merged = new Map(Object.entries(present));
  for (const [key, value] of Object.entries(seeded)) {
    merged.set(key, merged.has(key) ? merge(merged.get(key), value) : value);
  }
  // Defines own properties, so a key called __proto__ is only a key
  return Object.fromEntries(merged);
}
