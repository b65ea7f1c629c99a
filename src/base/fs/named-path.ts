import { isVaultboxError, toCode, VaultboxError } from "../errors.ts";
import { quoted } from "../printable.ts";

/** What a system's error says of a path, for people. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "part of the path is not a folder",
  EISDIR: "it is a folder",
  EEXIST: "it exists",
  EACCES: "this user may not",
  EPERM: "this user may not",
  EROFS: "it is on a read-only file system",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk's quota is used up",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "it is a link that leads nowhere",
};

/**
 * Does something at a path that the user named: what the system refuses there is a mistake or the machine's state, and no
 * bug.
 * @param what how the message begins: `cannot write`
 * @throws VaultboxError VBX_FILE_UNUSABLE, and whatever else `work` throws
 */
export async function atNamedPath<Result>(
  what: string,
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isVaultboxError(error) || !(error instanceof Error && "code" in error)) throw error;
    const why = toPathReason(error);
    throw new VaultboxError("VBX_FILE_UNUSABLE", `${what} ${quoted(path)}: ${why}`, {
      cause: error,
    });
  }
}

/** Completes "cannot write PATH: …". */
export function toPathReason(error: unknown): string {
  const code = toCode(error);
  return reasons[code] ?? code;
}
