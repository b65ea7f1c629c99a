import { maxFileBytes } from "../policy/file/fields.ts";
import type { EntryKind } from "../policy/entry-kind.ts";
import { parsePolicyFile, type PolicyFile } from "../policy/file/parse-policy.ts";
import {
  parseChosenFile,
  readChosenFile,
  vouchForChosenFile,
  type ChosenFile,
  type ChosenFileRules,
} from "./chosen-file.ts";

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
export function readPolicyContent(path: string): Promise<ChosenFile> {
  return readChosenFile(path, kind);
}
