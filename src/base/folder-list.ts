// The list of a user's writable folders on disk. It lies beside the sessions, so that it holds when those are pruned.
import { isAbsolute } from "node:path";
import { VaultboxError } from "./errors.ts";
import { toPathReason } from "./fs/named-path.ts";
import { quoted } from "./printable.ts";
import { fieldsOf, listOf, oneOf, parseJson, textLike } from "./shape.ts";
import { inState, resolveStateFolder } from "./state-folder.ts";
import { WritableFolders } from "./writable-folders.ts";
import { readRegularTextSync } from "./fs/regular-file.ts";

interface FolderList {
  readonly version: 1;
  readonly folders: readonly string[];
}

const folderList = fieldsOf<FolderList>({
  version: oneOf(1),
  folders: listOf(textLike(isAbsolute)),
});

export function toFolderListFile(stateFolder: string): string {
  return inState(stateFolder, "writable-folders.json");
}

/**
 * The folders that are remembered. Synchronous, because it's asked before each start of a program.
 * @throws VaultboxError VBX_FILE_UNSAFE when the list is damaged: nothing says any more what is the sandbox's
 */
export function readWritableFolders(
  env: Readonly<Record<string, string | undefined>>,
): WritableFolders {
  return readRememberedFolders(resolveStateFolder(env));
}

/** The same, by the folder that the list is in. */
export function readRememberedFolders(stateFolder: string): WritableFolders {
  return readFolderList(toFolderListFile(stateFolder)) ?? new WritableFolders([]);
}

/**
 * Undefined when there is no list yet.
 * @throws VaultboxError VBX_FILE_UNSAFE
 */
export function readFolderList(file: string): WritableFolders | undefined {
  let json: string;
  try {
    json = readRegularTextSync(file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw damaged(file, error);
    if (error.code === "ENOENT") return undefined;
    if (placeCodes.includes(String(error.code))) throw toPlaceError(file, error);
    throw damaged(file, error);
  }
  const list = parseJson(json, folderList);
  if (list === undefined) throw damaged(file);
  return new WritableFolders(list.folders);
}

export function toFolderListText(folders: readonly string[]): string {
  const list: FolderList = { version: 1, folders };
  return `${JSON.stringify(list, undefined, 1)}\n`;
}

const placeCodes: readonly string[] = ["ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG"];

/** Of a path on which something else lies than folders, or that this user may not read: nothing is known of the list itself. */
function toPlaceError(file: string, error: Error): VaultboxError {
  const why = toPathReason(error);
  return new VaultboxError("VBX_FILE_UNSAFE", `cannot read ${quoted(file)}: ${why}`, {
    hints: ["HOME (or XDG_STATE_HOME, or VAULTBOX_HOME) must name a folder of this user"],
    cause: error,
  });
}

function damaged(file: string, cause?: unknown): VaultboxError {
  return new VaultboxError(
    "VBX_FILE_UNSAFE",
    `cannot read ${quoted(file)}, the list of folders that sandboxes can write in`,
    {
      hints: [
        'mend it: {"version":1,"folders":["/absolute/path"]}, with each workspace and writable mount',
        "or remove it, if you run nothing that lies in a folder of an earlier session",
      ],
      cause,
    },
  );
}
