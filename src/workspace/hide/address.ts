// User and password in an address. Programs disagree about where they end: git takes the first `@`, curl and pip the last
// one before a slash. So everything up to the last `@` is taken for them, which hides a path with one in it too.

/** A host with its port, or nothing but a host: no user is in it */
const plainAuthority = /^(?:[\w.~%-]*|[^\0-\x7F]*|\[[\w:.%]*\])(?::\d+)?$/;
/** The beginning of a user and password that have a slash in them: a host would have a dot */
const dotless = /^(?!localhost\b)[\w~%-]*(:\d*)?$/;
const hostWithDot = /^[\w.-]*\.[a-z]{2,}(?:[:/?#]|$)/i;
const hostAlone = /^[\w.-]+(?::\d+)?\/?$/;
/** `user:password@host:path`; git gives it to ssh as it is */
const withHostAndPath = /^([^\s:@/]+):(.*)@([\w.-]+|\[[\w.:]*\])(:.*)$/s;
/** The same without a path; a version behind an `@` is no host */
const withHost = /^([^\s:@/]+):([^/]*)@((?=[\d.-]*[A-Za-z])[\w.-]+\/?)$/s;
const sshScheme = /(?:^|[^a-z0-9+.-])(?:git\+|svn\+)?ssh(?:\+git)?$/i;
const longestScheme = 16;

/**
 * A word without the user and password of the address in it; the user of SSH is part of how the host is reached, and no
 * secret.
 * @param isKept whether a password is none: it only names where one is
 */
export function withoutUserInfo(
  word: string,
  isKept: (password: string) => boolean = () => false,
): string {
  const last = word.lastIndexOf("@");
  if (last === -1) return word;
  let behind: SignsOfHost | undefined;
  for (
    let schemeEnd = word.indexOf("://");
    schemeEnd !== -1 && schemeEnd + 3 < last;
    schemeEnd = word.indexOf("://", schemeEnd + 3)
  ) {
    const from = schemeEnd + 3;
    const authority = toAuthority(word, from);
    if (
      plainAuthority.test(authority) &&
      !isCut(authority, (behind ??= toSignsOfHost(word.slice(last + 1))))
    )
      continue;
    const isSsh = sshScheme.test(word.slice(Math.max(0, schemeEnd - longestScheme), schemeEnd));
    const info = word.slice(from, last);
    const colon = info.indexOf(":");
    const at = info.indexOf("@");
    // The user of SSH alone, and a path that has an `@` in it
    if (isSsh && (colon === -1 || (at !== -1 && at < colon))) return word;
    if (isKept(colon === -1 ? info : info.slice(colon + 1))) return word;
    const user = isSsh ? `${info.slice(0, colon)}@` : "";
    return word.slice(0, from) + user + word.slice(last + 1);
  }
  return word;
}

/** What tells that a host stands behind the last `@` of a word. */
interface SignsOfHost {
  readonly hasDot: boolean;
  readonly isAlone: boolean;
}

function toSignsOfHost(behind: string): SignsOfHost {
  return { hasDot: hostWithDot.test(behind), isAlone: hostAlone.test(behind) };
}

/** Whether what looks like a host is the beginning of a user and password. */
function isCut(authority: string, behind: SignsOfHost): boolean {
  const [start, port] = dotless.exec(authority) ?? [];
  if (start === undefined) return false;
  return behind.hasDot || (port !== undefined && behind.isAlone);
}

/** The same of an address without a scheme, which anything else with a `:` and an `@` may be. */
export function withoutUserOfHost(
  word: string,
  isKept: (password: string) => boolean = () => false,
): string {
  if (word.includes("://")) return word;
  const [, user = "", password = "", host = "", path = ""] =
    withHostAndPath.exec(word) ?? withHost.exec(word) ?? [];
  if (host === "" || user === "mailto" || isKept(password)) return word;
  return `${user}@${host}${path}`;
}

/** Up to the first slash, question mark or hash */
function toAuthority(word: string, from: number): string {
  let end = from;
  while (end < word.length && !"/?#".includes(word[end] ?? "")) end++;
  return word.slice(from, end);
}
