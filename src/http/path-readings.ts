// What servers make of one path. Most paths have one reading; where a server may decode, leave out or join something that
// another one takes as it is, a request is decided as if it asked for each of them.
/** GitLab names a project, a group, a branch or a file in one segment (https://docs.gitlab.com/api/rest/#namespaced-paths). */
const gitlabNames = /^\/api\/v4\/(?:projects|groups|namespaces)\//;

/** Whether an escaped slash in this path is a part of a name to every server. */
export function namesAreWhole(path: string): boolean {
  return gitlabNames.test(path);
}

type Step = (path: string) => string;

const steps: readonly Step[] = [
  (path) => (namesAreWhole(path) ? path : path.replaceAll("%2F", "/")),
  // RFC 3986, section 5.2.4
  (path) => path.replaceAll(/\/\.(?=\/)/g, "").replace(/\/\.$/, "/"),
  (path) => path.replaceAll(/\/{2,}/g, "/"),
  (path) => replaceLoneBytes(path, toUtf8Escape),
  (path) => replaceLoneBytes(path, () => ""),
];

/**
 * Every other path that a server may take a canonical one for.
 * @param spellings as `toOtherSpellings` has them; each is read without parameters too, and without what an escaped `?` or
 * `#` begins
 */
export function toOtherReadings(path: string, spellings: readonly string[]): readonly string[] {
  const shorter = [path, ...spellings].flatMap(toShorterPaths);
  if (shorter.length === 0) return spellings;
  const readings = new Set([...spellings, ...shorter]);
  readings.delete(path);
  return [...readings];
}

/**
 * The readings with slashes that were escaped, without `.` segments and empty ones, with bytes that are no UTF-8 as Latin-1
 * or left out. All is done to the whole path or not at all.
 */
export function toOtherSpellings(path: string): readonly string[] {
  if (!/%|\/\/|\/\.(?:\/|$)/.test(path)) return [];
  let readings = [path];
  for (const step of steps) readings = [...new Set([...readings, ...readings.map(step)])];
  return readings.slice(1);
}

const highEscapes = /(?:%[89A-F][0-9A-F])+/g;

/** Replaces each byte that is no part of a character in UTF-8. */
function replaceLoneBytes(path: string, replace: (escape: string) => string): string {
  return path.replace(highEscapes, (run) =>
    isUtf8(run)
      ? run
      : splitUtf8(run)
          .map((part) => (part.length === 3 ? replace(part) : part))
          .join(""),
  );
}

/** `%E9` is é in Latin-1. */
function toUtf8Escape(escape: string): string {
  return encodeURIComponent(String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
}

/**
 * Whether escaped bytes that are no UTF-8 can be told from what some decoders take for it: each stands alone, is a letter
 * or sign of Latin-1, and begins no overlong form (`%C0%AE` is a dot to some).
 */
export function hasOnlyLoneLetters(path: string): boolean {
  const runs = path.match(highEscapes) ?? [];
  const isPlain = runs.every(
    (run) =>
      isUtf8(run) ||
      splitUtf8(run).every((part, index, parts) => {
        if (part.length > 3) return true;
        const byte = Number.parseInt(part.slice(1), 16);
        // A byte of 80 to BF goes on with what another one began
        return byte >= 0xc2 || (byte >= 0xa0 && byte < 0xc0 && parts.length === 1 && index === 0);
      }),
  );
  return isPlain && path.split(/\/|%2F/).every(staysName);
}

/** Whether a segment names something without them too: `%E9` alone, and `.%E9.`, would be another kind of path. */
function staysName(segment: string): boolean {
  const shorter = replaceLoneBytes(segment, () => "");
  return shorter === segment || !/^\.{0,2}(?:$|;|%3B|%20)/.test(shorter);
}

/** Characters in UTF-8, the shortest first, and what is left between them byte by byte. */
function splitUtf8(run: string): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at < run.length;) {
    const length = utf8Lengths.find((bytes) => isCharacter(run.slice(at, at + 3 * bytes), bytes));
    const end = at + 3 * (length ?? 1);
    parts.push(run.slice(at, end));
    at = end;
  }
  return parts;
}

const utf8Lengths = [2, 3, 4];

function isCharacter(escapes: string, bytes: number): boolean {
  return escapes.length === 3 * bytes && isUtf8(escapes);
}

/** Whether it is nothing but characters in UTF-8. */
export function isUtf8(escapes: string): boolean {
  try {
    decodeURIComponent(escapes);
    return true;
  } catch {
    // The only error of decodeURIComponent is the answer asked for
    return false;
  }
}

// Double encoding, an encoded NUL, a raw backslash
const suspicious = /%25[0-9a-f]{2}|%00|\\/i;

/**
 * Whether a server could read the canonical path as another path than the one that is written.
 * @param isReading whether it's one of several readings that are all decided
 */
export function isAmbiguousPath(written: string, isReading = false): boolean {
  if (!written.startsWith("/")) return true;
  const path = isReading ? withoutPlainDots(written) : written;
  // Nothing below can be there without one of these characters
  if (!/[%;\\.]|\/\//.test(path)) return false;
  if (suspicious.test(path)) return true;
  const pieces = path.slice(1).split(/\/|%2f|%5c/i);
  return pieces.some((piece, index) => {
    const name = piece.split(/;|%3b/i, 1)[0] ?? "";
    const dots = name.replaceAll(/%2e/gi, ".");
    if (dots === "." || dots === "..") return true;
    return name === "" && (piece !== "" || index < pieces.length - 1);
  });
}

function withoutPlainDots(path: string): string {
  return path.replaceAll(/\/(?:\.?\/)+/g, "/").replace(/\/\.$/, "/");
}

// What some servers cut off a path: parameters behind a `;`, and what stands behind an escaped `?` or `#`, where a path is
// decoded before it's parsed again: nginx's `proxy_pass http://b$uri`, Apache's RewriteRule (CVE-2024-38474).

/** Of each the second takes more: a server that decodes first finds all that is escaped. */
const cuts: readonly (readonly RegExp[])[] = [
  [/%3F.*$/, /%(?:3F|23).*$/],
  [/;[^/]*/g, /(?:;|%3B)[^/]*/g],
];

/** Every shorter path that a server may take a canonical one for; none for most. */
export function toShorterPaths(path: string): readonly string[] {
  if (!/;|%3[BF]|%23/.test(path)) return [];
  let paths = [path];
  for (const cut of cuts) {
    const shorter = paths.flatMap((one) => cut.map((what) => one.replace(what, "")));
    paths = [...new Set([...paths, ...shorter])];
  }
  return paths.slice(1);
}
