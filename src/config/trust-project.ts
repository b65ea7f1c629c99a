import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { EntryKind } from "../policy/entry-kind.ts";
import { parsePolicyFile, parseProjectFile } from "../policy/file/parse-policy.ts";
import type { ProjectFile } from "../policy/file/parse-policy.ts";
import { parseChosenFile, readChosenFile } from "./chosen-file.ts";
import type { Paths } from "../base/paths.ts";
import { locateProjectFile, projectFileName } from "./project-file.ts";
import { readTrust, revokeTrust } from "./trust.ts";

/** A file as the user is asked about it; what is trusted is this content and no later one. */
export interface InspectedProject {
  readonly path: string;
  readonly sha256: string;
  readonly trusted: boolean;
  /** What it grants; of a file for `--policy` its egress and limits, of certificates nothing */
  readonly project?: ProjectFile;
}

/**
 * Reads the file that is named, or the workspace's, and says what it grants. One that has another name than a project
 * file is one for `--policy` or `--upstream-ca`.
 * @throws InvalidFileError VBX_PROJECT_FILE_INVALID, VBX_POLICY_INVALID; VaultboxError VBX_FILE_UNSAFE, VBX_CONFIG_INVALID
 */
export async function inspectProject(
  {
    workspace,
    file,
    entryKinds,
  }: {
    readonly workspace: string;
    readonly file?: string | undefined;
    readonly entryKinds: readonly EntryKind[];
  },
  paths: Paths,
): Promise<InspectedProject> {
  const isProject = file === undefined || basename(file) === projectFileName;
  const { path, sha256, project } = isProject
    ? await readProject(workspace, file, entryKinds)
    : await readGrants(file, entryKinds);
  const record = await readTrust(path, paths);
  return { path, sha256, trusted: record?.sha256 === sha256, ...(project && { project }) };
}

const chosenKind = {
  maxBytes: 4 * 1024 * 1024,
  code: "VBX_POLICY_INVALID",
  cannot: "cannot read",
  hint: "to be trusted is a project file, or one for --policy or --upstream-ca",
} as const;

type ReadFile = Pick<InspectedProject, "path" | "sha256"> & {
  readonly project: ProjectFile | undefined;
};

async function readProject(
  workspace: string,
  file: string | undefined,
  entryKinds: readonly EntryKind[],
): Promise<ReadFile> {
  const { path, content, sha256 } = await locateProjectFile(workspace, file);
  return { path, sha256, project: parseProjectFile(content, basename(path), entryKinds) };
}

/** Nothing for certificates: whom to believe is not what may be reached. */
async function readGrants(file: string, entryKinds: readonly EntryKind[]): Promise<ReadFile> {
  const found = await readChosenFile(file, chosenKind);
  const { path, content, sha256 } = found;
  if (Buffer.from(content).includes("-----BEGIN CERTIFICATE-----")) {
    return { path, sha256, project: undefined };
  }
  const policy = parseChosenFile(found, () => parsePolicyFile(content, basename(path), entryKinds));
  return { path, sha256, project: { ...policy, home: "new", history: "project", env: {} } };
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
  // A file that is gone has none
  const target = await realpath(file).catch(() => undefined);
  if (target !== undefined && basename(file) !== projectFileName) return target;
  const folder = await realpath(dirname(file)).catch(() => dirname(file));
  return join(folder, basename(file));
}
