import type { Entry } from "../../base/fs/entry-facts.ts";

// By what git takes something for a repository. File systems fold names, and what is looked at here may be moved to
// another one, so a name counts that any of them takes for the wanted one (git's `path.c` and `utf8.c`, `is_ntfs_dotgit`
// and `is_hfs_dotgit`).

/** What HFS+ doesn't see in a name, and what the case folding of ext4, F2FS and APFS doesn't (Unicode, NFKC_Casefold) */
const ignored = String.raw`[\p{Default_Ignorable_Code_Point}\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*`;

/** Names that are all the same to some file system. */
interface Spellings {
  readonly test: (name: string) => boolean;
}

/**
 * Every spelling of names in small letters: whatever the case, with characters that file systems ignore, and with an end that
 * NTFS drops.
 */
export function toSpellings(...names: readonly string[]): Spellings {
  const any = names.map((name) =>
    Array.from(name, (character) => `${ignored}${character === "." ? "[.]" : character}`).join(""),
  );
  const whole = new RegExp(
    `^(?:${any.join("|")})(?:${ignored}[. ])*${ignored}(?:[:\\\\].*)?$`,
    // With `u` what Unicode folds to a letter is that letter: U+017F is an s, U+212A a k
    "isu",
  );
  const firsts = new Uint8Array(0x80);
  for (const [first = ""] of names) {
    for (const letter of [first, first.toUpperCase()]) firsts[letter.charCodeAt(0)] = 1;
  }
  // Every name of a workspace is asked for, and nearly all begin with another letter. What HFS+ ignores is no ASCII.
  return { test: (name) => firsts[name.charCodeAt(0)] !== 0 && whole.test(name) };
}

const gitName = toSpellings(".git", "git~1");
const headName = toSpellings("head");
const objectsName = toSpellings("objects");
const refsName = toSpellings("refs");
const commonName = toSpellings("commondir");

/** Without these there is no repository (gitrepository-layout(5)): a glob of the user's doesn't mean them. */
const gitFiles = toSpellings(
  ..."head config config.worktree index packed-refs commondir gitdir shallow".split(" "),
);

export function isGitFile(name: string): boolean {
  return gitFiles.test(name);
}

/** Whether a file system takes a name for `.git`. */
export function isGitName(name: string): boolean {
  return gitName.test(name);
}

/** The same for `HEAD`, without which a folder is no repository. */
export function isHeadName(name: string): boolean {
  return headName.test(name);
}

/**
 * Whether a folder is a repository without a work tree around it: git takes it for one wherever it lies, also when
 * objects and refs are where `commondir` says.
 */
export function isBareRepository(entries: readonly Entry[]): boolean {
  const has = (wanted: Spellings): boolean => entries.some(({ name }) => wanted.test(name));
  return has(headName) && ((has(objectsName) && has(refsName)) || has(commonName));
}

/** Settings in the work tree: of git, git-lfs, Mercurial and Subversion */
const treeNames =
  /^(?:\.gitmodules|\.lfsconfig|\.gitconfig|\.hgsub|\.hgrc|\.slconfig|\.gitreview|\.gitrepo)$/i;

/** Whether a file of the work tree is one that a version control system reads settings from. */
export function isTreeSettings(name: string): boolean {
  return treeNames.test(name);
}
