import type { PathPattern } from "./policy.ts";
import { toFolded, withoutDotsAtEnd } from "./loose-name.ts";
import { anyDepth, compileSegment, matchSegments, type SegmentTest } from "./segment-match.ts";

/** A path pattern made ready for the hot path: no regular expression, no backtracking beyond the last `**`. */
export type PathMatcher = (path: PathView) => boolean;

/** One request path, read once for all rules. */
export interface PathView {
  readonly segments: readonly string[];
  /** Whether servers disagree about what it names (encoded dots and slashes, `..;`, double encoding) */
  readonly ambiguous: boolean;
  /** Every reading a lenient server could make of it; computed when a prohibition asks */
  readonly loose: () => readonly string[];
}

// Double encoding, an encoded NUL, a raw backslash
const suspicious = /%25[0-9a-f]{2}|%00|\\/i;

export function toPathView(path: string): PathView {
  const segments = path.slice(1).split("/");
  let loose: readonly string[] | undefined;
  return {
    segments,
    ambiguous: isAmbiguousPath(path),
    loose: () => (loose ??= toLooseSegments(path)),
  };
}

/** Whether a server could read the canonical path as another path than the one that is written. */
export function isAmbiguousPath(path: string): boolean {
  if (!path.startsWith("/")) return true;
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

/**
 * For allow rules: the pattern must match the canonical path as written, and a path that could be read in two ways
 * matches no pattern but "any".
 */
export function compileAllowPath(pattern: PathPattern): PathMatcher {
  if (pattern === "any") return () => true;
  const steps = pattern.segments.map((segment) =>
    segment === anyDepth ? anyDepth : compileSegment(segment, (literal) => literal),
  );
  return (path) => !path.ambiguous && matchSegments(steps, path.segments);
}

/**
 * For deny rules, where the safe mistake is to match: letter case, percent-encoding, encoded slashes, `;parameters`,
 * empty segments, characters that aren't seen, and what Windows drops from the end of a name make no difference, and a
 * path that could be read in two ways matches.
 */
export function compileDenyPath(pattern: PathPattern): PathMatcher {
  if (pattern === "any") return () => true;
  const steps = pattern.segments
    .flatMap((segment) => segment.split(/%2f|%5c/i))
    .filter((segment) => segment !== "")
    .map((segment) => (segment === anyDepth ? anyDepth : compileLoose(segment)));
  return (path) => path.ambiguous || matchSegments(steps, path.loose());
}

function compileLoose(segment: string): SegmentTest {
  const test = compileSegment(segment, toLoose);
  return (name) => test(name) || test(withoutEnd(name));
}

function toLooseSegments(path: string): readonly string[] {
  return path
    .split(/\/|%2f|%5c/i)
    .map((segment) => toLoose(segment.split(/;|%3b/i, 1)[0] ?? ""))
    .filter((segment) => segment !== "");
}

/**
 * Percent-escapes as bytes, and those as UTF-8 where they are any; without characters that aren't seen, in lower case:
 * only for comparing, never shown.
 */
function toLoose(text: string): string {
  if (!text.includes("%")) return text.toLowerCase();
  const bytes = text.replaceAll(/%[0-9a-f]{2}/gi, (escape) =>
    String.fromCharCode(Number.parseInt(escape.slice(1), 16)),
  );
  return toFolded(Buffer.from(bytes, "latin1").toString("utf8").normalize("NFKC"));
}

/**
 * A segment as Windows takes it for a file's name: without the stream behind a colon, and without the dots and blanks at
 * its end.
 */
function withoutEnd(segment: string): string {
  const colon = segment.indexOf(":");
  return withoutDotsAtEnd(colon > 0 ? segment.slice(0, colon) : segment);
}
