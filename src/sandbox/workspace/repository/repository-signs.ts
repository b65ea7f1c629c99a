import type { Entry } from "../../../files/entry-facts.ts";

// By what git takes something for a repository. File systems fold names, and what is looked at here may be moved to
// another one, so a name counts that any of them takes for the wanted one (git's `path.c` and `utf8.c`, `is_ntfs_dotgit`
// and `is_hfs_dotgit`): whatever its case, with characters that HFS+ ignores, with an end that NTFS drops.

const ignored = String.raw`[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*`;
const gitName = toExpression(".git", "git~1");
const headName = toExpression("head");
const objectsName = toExpression("objects");
const refsName = toExpression("refs");
const commonName = toExpression("commondir");

function toExpression(...names: readonly string[]): RegExp {
  const any = names.map((name) =>
    Array.from(name, (character) => `${ignored}${character === "." ? "[.]" : character}`).join(""),
  );
  return new RegExp(`^(?:${any.join("|")})(?:${ignored}[. ])*${ignored}(?:[:\\\\].*)?$`, "is");
}

/** Whether a file system takes a name for `.git`. */
export function isGitName(name: string): boolean {
  return gitName.test(name);
}

/**
 * Whether a folder is a repository without a work tree around it: git takes it for one wherever it lies, also when
 * objects and refs are where `commondir` says.
 */
export function isBareRepository(entries: readonly Entry[]): boolean {
  const has = (wanted: RegExp): boolean => entries.some(({ name }) => wanted.test(name));
  return has(headName) && ((has(objectsName) && has(refsName)) || has(commonName));
}
