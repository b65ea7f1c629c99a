import { maxFileBytes } from "../policy/file/fields.ts";
import type { EntryKind } from "../policy/entry-kind.ts";
import { parsePolicyFile, parseProjectFile, type PolicyFile } from "../policy/file/parse-policy.ts";
import { parseChosenFile, readChosenFile, vouchForChosenFile } from "./chosen-file.ts";
import type { ChosenFile, ChosenFileRules } from "./chosen-file.ts";
import { basename, resolve } from "node:path";
import { VaultboxError } from "../base/errors.ts";
import { InvalidFileError, type Problem } from "../policy/file/problem.ts";
import { quoted } from "../base/printable.ts";
import { projectFileName, readProjectFile } from "./project-file.ts";

const kind = {
  maxBytes: maxFileBytes,
  cannot: "cannot read",
  code: "VBX_POLICY_INVALID",
  hint: "docs/policy.md says what a policy file looks like; to write a project file: vaultbox init",
} as const;

/**
 * Reads the file that `--policy` names.
 * @throws InvalidFileError VBX_POLICY_INVALID with every problem; VaultboxError VBX_POLICY_INVALID when it can't be
 * read, VBX_FILE_UNTRUSTED when a sandbox could have written it
 */
export async function readPolicyFile(
  path: string,
  rules: ChosenFileRules,
  entryKinds: readonly EntryKind[],
): Promise<PolicyFile> {
  const file = await readPolicyContent(path);
  await vouchForChosenFile(path, file, rules);
  return parseChosenFile(file, () => parsePolicyFile(file.content, path, entryKinds));
}

/** The bytes of a policy file, whoever wrote it. @throws VaultboxError VBX_POLICY_INVALID, VBX_FILE_UNSAFE */
function readPolicyContent(path: string): Promise<ChosenFile> {
  return readChosenFile(path, kind);
}

interface FileCheck {
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
