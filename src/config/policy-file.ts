import { realpath } from "node:fs/promises";
import { VaultboxError } from "../errors.ts";
import { quoted } from "../printable.ts";
import { parsePolicyFile, type PolicyFile } from "../policy/parse-policy.ts";
import { maxFileBytes } from "../policy/file-size.ts";
import { readPlainFile, toCode } from "./private-read.ts";

/**
 * Reads the file that `--policy` names; a link is followed, because the user chose it.
 * @throws InvalidFileError VBX_POLICY_INVALID with every problem; VaultboxError VBX_POLICY_INVALID when it can't be read
 */
export async function readPolicyFile(path: string): Promise<PolicyFile> {
  return parsePolicyFile(await readChosenFile(path), path);
}

/**
 * The bytes of a policy file that the user named.
 * @throws VaultboxError VBX_POLICY_INVALID, VBX_FILE_UNSAFE
 */
export async function readChosenFile(path: string): Promise<Uint8Array> {
  const target = await realpath(path).catch((error: unknown) => {
    const why = toCode(error) === "ENOENT" ? "there is no such file" : toCode(error);
    throw new VaultboxError("VBX_POLICY_INVALID", `cannot read ${quoted(path)}: ${why}`, {
      hints: [
        "docs/policy.md says what a policy file looks like; vaultbox init writes a project file",
      ],
      cause: error,
    });
  });
  const content = await readPlainFile(target, maxFileBytes);
  if (content !== undefined) return content;
  throw new VaultboxError("VBX_POLICY_INVALID", `cannot read ${quoted(path)}: it vanished`);
}
