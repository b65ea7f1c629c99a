import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parseProjectFile, type ProjectFile } from "../policy/parse-policy.ts";
import type { Paths } from "./paths.ts";
import { locateProjectFile } from "./project-file.ts";
import { readTrust, revokeTrust, writeTrust } from "./trust.ts";

/** A project file as the user is asked about it; what is trusted is this content and no later one. */
export interface InspectedProject {
  readonly path: string;
  readonly sha256: string;
  readonly trusted: boolean;
  readonly project: ProjectFile;
}

/**
 * Reads the file that is named, or the workspace's, and says what it grants.
 * @throws InvalidFileError VBX_PROJECT_FILE_INVALID; VaultboxError VBX_FILE_UNSAFE, VBX_CONFIG_INVALID
 */
export async function inspectProject(
  workspace: string,
  paths: Paths,
  file?: string,
): Promise<InspectedProject> {
  const { path, content, sha256 } = await locateProjectFile(workspace, file);
  const project = parseProjectFile(content, basename(path));
  const record = await readTrust(path, paths);
  return { path, sha256, trusted: record?.sha256 === sha256, project };
}

/** Trusts what was inspected: a file that changed since then stays untrusted. */
export async function trustProject(inspected: InspectedProject, paths: Paths): Promise<void> {
  const { path, sha256 } = inspected;
  await writeTrust({ path, sha256, trustedAt: new Date().toISOString() }, paths);
}

/** Takes the trust back; a file that is gone can be named too. */
export async function revokeProject(
  workspace: string,
  paths: Paths,
  file?: string,
): Promise<{ readonly path: string; readonly wasTrusted: boolean }> {
  const path =
    file === undefined ? (await locateProjectFile(workspace)).path : await toCanonicalPath(file);
  return { path, wasTrusted: await revokeTrust(path, paths) };
}

async function toCanonicalPath(file: string): Promise<string> {
  const folder = await realpath(dirname(file)).catch(() => dirname(file));
  return join(folder, basename(file));
}
