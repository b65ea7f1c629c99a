import { createHash } from "node:crypto";
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readHomeFolder } from "../base/home-folder.ts";
import { hasCode, VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { toShellWord } from "../base/shell-word.ts";
import { maxFileBytes } from "../policy/file/fields.ts";
import type { EntryKind } from "../policy/entry-kind.ts";
import type { ProjectFile } from "../policy/file/parse-policy.ts";
import type { Paths } from "../base/paths.ts";
import { readPlainFile } from "../base/fs/private-read.ts";
import { readTrust } from "./trust.ts";
import { readWorkspacePath } from "./workspace-path.ts";

export const projectFileName = "vaultbox.yaml";

/** The exact bytes of a project file, read once: what is hashed is what is parsed. */
export interface ProjectFileContent {
  /** Absolute, without symbolic links */
  readonly path: string;
  readonly content: Uint8Array;
  /** SHA-256 of the content, hex */
  readonly sha256: string;
}

/**
 * The project file of a workspace: in the workspace itself or in a folder above it, up to the root of its git
 * repository and never as high as the home folder. Outside a repository only the workspace itself counts, so that
 * nobody else's file in a shared parent can be found.
 * @throws VaultboxError VBX_FILE_UNSAFE
 */
export async function findProjectFile(workspace: string): Promise<ProjectFileContent | undefined> {
  for (const folder of await listFolders(readWorkspacePath(workspace))) {
    const found = await readProjectFile(join(folder, projectFileName));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Reads the project file at a path.
 * @throws VaultboxError VBX_FILE_UNSAFE
 */
export async function readProjectFile(path: string): Promise<ProjectFileContent | undefined> {
  const folder = await realpath(dirname(path)).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (folder === undefined) return undefined;
  const canonical = join(folder, basename(path));
  const content = await readPlainFile(canonical, maxFileBytes);
  if (content === undefined) return undefined;
  return { path: canonical, content, sha256: createHash("sha256").update(content).digest("hex") };
}

/**
 * The project file of a workspace, as {@link findProjectFile} finds it, or one further up that the user trusted once: a
 * `.git` that a sandbox makes in a folder doesn't end the search for what limits it. One that was trusted and is gone is
 * no reason to go on without.
 * @throws VaultboxError VBX_PROJECT_FILE_UNTRUSTED, VBX_FILE_UNSAFE, VBX_CONFIG_INVALID
 */
async function findGoverningFile(
  workspace: string,
  paths: Paths,
): Promise<ProjectFileContent | undefined> {
  const near = await findProjectFile(workspace);
  for (const folder of await listFoldersBelowHome(readWorkspacePath(workspace))) {
    const path = join(folder, projectFileName);
    if (near?.path === path) return near;
    const trust = await readTrust(path, paths);
    if (trust === undefined) continue;
    const found = await readProjectFile(path);
    if (found !== undefined) return found;
    throw new VaultboxError(
      "VBX_PROJECT_FILE_UNTRUSTED",
      `${quoted(path)}, which you trusted (${trust.trustedAt}), is gone`,
      {
        hints: [
          "bring it back, for example: git restore vaultbox.yaml",
          `or do without it: vaultbox trust --revoke ${toShellWord(path)}`,
        ],
      },
    );
  }
  return near;
}

/**
 * The workspace's project file, when there is one and the user trusted exactly this content.
 * @throws VaultboxError VBX_PROJECT_FILE_UNTRUSTED, VBX_PROJECT_FILE_INVALID, VBX_FILE_UNSAFE
 */
export async function loadTrustedProjectFile(
  workspace: string,
  paths: Paths,
  entryKinds: readonly EntryKind[],
): Promise<{ path: string; sha256: string; project: ProjectFile } | undefined> {
  const found = await findGoverningFile(workspace, paths);
  if (found === undefined) return undefined;
  const trust = await readTrust(found.path, paths);
  if (trust?.sha256 !== found.sha256) {
    const why =
      trust === undefined
        ? "is not trusted"
        : `was changed since it was trusted (${trust.trustedAt})`;
    throw new VaultboxError("VBX_PROJECT_FILE_UNTRUSTED", `${quoted(found.path)} ${why}`, {
      hints: [
        `read it, then run: vaultbox trust ${toShellWord(found.path)}`,
        "until then vaultbox doesn't run here: what a project file allows is your decision",
      ],
    });
  }
  // The YAML library is loaded for a file that is there, not for every run
  const { parseProjectFile } = await import("../policy/file/parse-policy.ts");
  const project = parseProjectFile(found.content, basename(found.path), entryKinds);
  return { path: found.path, sha256: found.sha256, project };
}

async function listFolders(workspace: string): Promise<readonly string[]> {
  const folders = await listFoldersBelowHome(workspace);
  for (const [index, folder] of folders.entries()) {
    if (await isGitRoot(folder)) return folders.slice(0, index + 1);
  }
  return [workspace];
}

/** A folder and those above it, but not the home folder. */
async function listFoldersBelowHome(start: string): Promise<readonly string[]> {
  const home = await realpath(readHomeFolder()).catch(() => readHomeFolder());
  const folders: string[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    if (folder === home && folder !== start) return folders;
    folders.push(folder);
    if (dirname(folder) === folder) return folders;
  }
}

async function isGitRoot(folder: string): Promise<boolean> {
  return lstat(join(folder, ".git")).then(
    () => true,
    () => false,
  );
}

/**
 * The project file to trust: the one named, or the workspace's.
 * @throws VaultboxError VBX_PROJECT_FILE_INVALID when there is none, VBX_FILE_UNSAFE
 */
export async function locateProjectFile(
  workspace: string,
  file?: string,
): Promise<ProjectFileContent> {
  const found = file === undefined ? await findProjectFile(workspace) : await readProjectFile(file);
  if (found !== undefined) return found;
  const where = file === undefined ? `in ${quoted(workspace)}` : `at ${quoted(file)}`;
  throw new VaultboxError("VBX_PROJECT_FILE_INVALID", `there is no project file ${where}`, {
    hints: ["write one: vaultbox init"],
  });
}
