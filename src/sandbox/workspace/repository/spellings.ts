// File systems fold names, and what is looked at here may be moved to another one, so a name counts that any of them
// takes for the wanted one (git's `path.c` and `utf8.c`, `is_ntfs_dotgit` and `is_hfs_dotgit`).

/** What HFS+ doesn't see in a name */
const ignored = String.raw`[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*`;

/**
 * Every spelling of names in small letters: whatever the case, with characters that HFS+ ignores, and with an end that
 * NTFS drops.
 */
export function toSpellings(...names: readonly string[]): RegExp {
  const any = names.map((name) =>
    Array.from(name, (character) => `${ignored}${character === "." ? "[.]" : character}`).join(""),
  );
  return new RegExp(`^(?:${any.join("|")})(?:${ignored}[. ])*${ignored}(?:[:\\\\].*)?$`, "is");
}
