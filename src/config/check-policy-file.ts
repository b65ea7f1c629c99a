import { basename } from "node:path";
import { parsePolicyFile, parseProjectFile } from "../policy/parse-policy.ts";
import { maxFileBytes } from "../policy/file-size.ts";
import { InvalidFileError, type Problem } from "../policy/problem.ts";
import { readPolicyContent } from "./policy-file.ts";
import { readPlainFile } from "./private-read.ts";
import { projectFileName } from "./project-file.ts";

export interface FileCheck {
  /** As what the file was read: by its name */
  readonly kind: "project" | "policy";
  readonly problems: readonly Problem[];
}

/**
 * Every problem of a project or policy file, which must be a file itself and no link.
 * @throws VaultboxError VBX_POLICY_INVALID, VBX_FILE_UNSAFE when it can't be read at all
 */
export async function checkPolicyFile(path: string): Promise<FileCheck> {
  // Its problems are said in its own words: a link, made by a sandbox, would have another file's be said
  const content =
    (await readPlainFile(path, maxFileBytes)) ?? (await readPolicyContent(path)).content;
  const kind = basename(path) === projectFileName ? "project" : "policy";
  try {
    if (kind === "project") parseProjectFile(content, path);
    else parsePolicyFile(content, path);
    return { kind, problems: [] };
  } catch (error) {
    if (error instanceof InvalidFileError) return { kind, problems: error.problems };
    throw error;
  }
}
