import { createHash } from "node:crypto";
import type { HomeFile } from "../agents/agent-profile.ts";
import { mergeHomeFile } from "../agents/home-file-merge.ts";
import type { CreatedContainer, Engine } from "../docker/engine.ts";
import { label } from "../docker/labels.ts";
import { isVaultboxError, VaultboxError } from "../errors.ts";
import { quoted } from "../printable.ts";
import { readFirstFile, toOwnedTar, withParents, type ArchiveEntry } from "./home-archive.ts";
import { homeMount, type Identity } from "./identity.ts";
import { toSessionVolumeName } from "./session-labels.ts";

/** The volume at HOME. */
export interface HomeVolume {
  readonly name: string;
  /** It outlives the session */
  readonly kept: boolean;
}

const nameShape = /^[a-z0-9][a-z0-9._-]{0,40}$/;

/**
 * The home of a session: a new one, or the one that `--home` names.
 * @throws VaultboxError VBX_USAGE
 */
export function toHomeVolume(session: string, home: string | undefined): HomeVolume {
  if (home === undefined) return { name: toSessionVolumeName(session), kept: false };
  if (!nameShape.test(home)) {
    throw new VaultboxError("VBX_USAGE", `${quoted(home)} can't be the name of a home`, {
      hints: ["use lower-case letters, digits, dot, hyphen and underscore"],
    });
  }
  return { name: `vaultbox-home-${home}`, kept: true };
}

/** Name of a project's own home: the same for every run in that workspace. */
export function toProjectHome(workspace: string): string {
  return `project-${createHash("sha256").update(workspace).digest("hex").slice(0, 16)}`;
}

/** Creating a volume that exists is no error. */
export async function createHomeVolume(
  engine: Engine,
  volume: HomeVolume,
  sessionLabels: Readonly<Record<string, string>>,
): Promise<void> {
  const labels = volume.kept ? { [label.home]: volume.name } : sessionLabels;
  await engine.createVolume(volume.name, labels);
}

/** Gives HOME to the sandbox's user and puts the agent's files in, through the container before it starts. */
export async function seedHome(
  container: CreatedContainer,
  options: {
    readonly identity: Identity;
    readonly files: readonly HomeFile[];
    readonly volume: HomeVolume;
  },
): Promise<void> {
  const { identity, files, volume } = options;
  const entries: ArchiveEntry[] = [];
  for (const file of files) {
    const present = volume.kept ? await readPresent(container, identity.home, file) : undefined;
    const content = present === undefined ? file.content : mergeHomeFile(file, present);
    if (content !== present) entries.push({ path: file.path, mode: file.mode, content });
  }
  const root = identity.home.slice(homeMount.length + 1);
  const tar = toOwnedTar(withParents(entries, root), identity);
  try {
    await container.putArchive(homeMount, tar);
  } catch (error) {
    throw volume.kept ? withRemedy(error, volume) : error;
  }
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
