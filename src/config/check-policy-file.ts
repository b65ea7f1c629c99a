import { basename, resolve } from "node:path";
import { VaultboxError } from "../base/errors.ts";
import type { EntryKind } from "../policy/entry-kind.ts";
import { parsePolicyFile, parseProjectFile } from "../policy/file/parse-policy.ts";
import { InvalidFileError, type Problem } from "../policy/file/problem.ts";
import { quoted } from "../base/printable.ts";
import { parseChosenFile, type ChosenFile } from "./chosen-file.ts";
import { readPolicyContent } from "./policy-file.ts";
import { projectFileName, readProjectFile } from "./project-file.ts";

export interface FileCheck {
  /** As what the file was read: by its name */
  readonly kind: "project" | "policy";
  readonly problems: readonly Problem[];
}

/**
 * Every problem of a project or policy file.
 * @throws VaultboxError VBX_POLICY_INVALID, VBX_FILE_UNSAFE when it can't be read at all
 */
export async function checkPolicyFile(
  path: string,
  entryKinds: readonly EntryKind[],
): Promise<FileCheck> {
  const kind = basename(path) === projectFileName ? "project" : "policy";
  const file = await (kind === "project" ? readProject(path) : readPolicyContent(path));
  const parse = kind === "project" ? parseProjectFile : parsePolicyFile;
  try {
    parseChosenFile<unknown>(file, () => parse(file.content, path, entryKinds));
    return { kind, problems: [] };
  } catch (error) {
    if (error instanceof InvalidFileError) return { kind, problems: error.problems };
    throw error;
  }
}

/** As a session reads it: a link in its place is refused. @throws VaultboxError VBX_POLICY_INVALID, VBX_FILE_UNSAFE */
async function readProject(path: string): Promise<ChosenFile> {
  const file = await readProjectFile(path);
  if (file !== undefined) return { ...file, isLinked: file.path !== resolve(path) };
  throw new VaultboxError(
    "VBX_POLICY_INVALID",
    `cannot read ${quoted(path)}: there is no such file`,
    { hints: ["write a project file: vaultbox init"] },
  );
}
