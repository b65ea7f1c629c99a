import { join } from "node:path";
import type { Names } from "../../base/fs/beneath.ts";
import { VaultboxError } from "../../base/errors.ts";
import type { FileOrigin } from "../../base/fs/file-origin.ts";
import { quoted } from "../../base/printable.ts";
import { unsafe } from "../unsafe-workspace.ts";
import { findInnermost } from "../host-path.ts";
import type { SpecialFiles } from "../scan/find-special-files.ts";
import { refuseUnnameable } from "./nameable.ts";
import type { CopyMount } from "./shown-copies.ts";

/** More masks than this make every start slow, and some engines fail. */
const maxMasks = 200;
const empty = new Uint8Array();

/** A folder of the host that is in the sandbox, and where. */
export interface MountedFolder extends SpecialFiles {
  /** Absolute real path on the host */
  readonly source: string;
  /** Absolute path in the sandbox */
  readonly target: string;
  /** Which folder was looked through; undefined where the kernel doesn't say */
  readonly origin: FileOrigin | undefined;
}

/** What is mounted over special files. */
export interface Masks {
  readonly copies: readonly CopyMount[];
  /** Special files that are masked: paths on the host */
  readonly special: readonly string[];
}

/**
 * Masks special files with empty ones, and folders that can't be listed with empty ones: a program of the host answers
 * at a socket, whatever network the sandbox has and however read-only its mount is (unix(7) asks for nothing but the
 * permission to write to the socket itself).
 * @param mounts targets of everything that is mounted beside the workspace
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when there are too many
 */
export function maskSpecialFiles(
  folders: readonly MountedFolder[],
  mounts: readonly string[],
): Masks {
  const bases = [...folders.map(({ target }) => target), ...mounts];
  const masked = folders.map((folder) => {
    // What another mount lies over isn't seen, and a mount of that very socket is what the user asked for
    const isShown = (names: Names): boolean =>
      findInnermost(bases, join(folder.target, ...names), (base) => base) === folder.target;
    const special = folder.special.filter(isShown);
    return { ...folder, special, unlisted: folder.unlisted.filter(isShown) };
  });
  const copies = masked.flatMap(toCopies);
  if (copies.length > maxMasks) throw tooMany(copies);
  refuseUnnameable(
    copies.map(({ target }) => target),
    "or remove it",
  );
  return {
    copies,
    special: masked.flatMap(({ source, special }) =>
      special.map((names) => join(source, ...names)),
    ),
  };
}

function toCopies({ target, special, unlisted }: MountedFolder): readonly CopyMount[] {
  return [
    ...special.map((names) => ({ target: join(target, ...names), content: empty })),
    ...unlisted.map((names) => ({ target: join(target, ...names), content: "folder" as const })),
  ];
}

function tooMany(masked: readonly CopyMount[]): VaultboxError {
  const some = masked.slice(0, 3).map(({ target }) => quoted(target));
  return unsafe(
    `cannot mask ${masked.length} sockets, pipes and devices (${some.join(", ")}, …): more than ${maxMasks}`,
    "remove those that nothing uses; all of them: find . -type s -o -type p -o -type b -o -type c",
    "or hide the folder around them in vaultbox.yaml: workspace: {hide: [default, FOLDER/]}",
    "of what --mount names: mount another folder",
  );
}
