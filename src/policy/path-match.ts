import type { PathPattern } from "./policy.ts";
import { toFolded, withoutDotsAtEnd } from "../base/loose-name.ts";
import { isAmbiguousPath, toShorterPaths } from "../http/path-readings.ts";
import { decodeEscapes } from "../http/percent-decode.ts";
import {
  anyDepth,
  compileSegment,
  matchSegments,
  type SegmentTest,
  type Step,
} from "./segment-match.ts";

/** A path pattern made ready for the hot path: no regular expression, no backtracking beyond the last `**`. */
export type PathMatcher = (path: PathView) => boolean;

/** One request path, read once for all rules. */
export interface PathView {
  readonly segments: readonly string[];
  /** Whether it's another reading than the path as it was written */
  readonly isOther: boolean;
  /** Whether servers disagree about what it names (encoded dots and slashes, `..;`, double encoding) */
  readonly ambiguous: boolean;
  /** Segments as the most lenient servers take them, with and without escaped slashes; computed when a prohibition asks */
  readonly loose: () => readonly (readonly string[])[];
}

/** The only reading of a path, or one of several that are all decided: a plain `.` and nothing are names in those. */
type PathRole = "only" | "own" | "other";

export function toPathView(path: string, role: PathRole = "only"): PathView {
  const segments = path.slice(1).split("/");
  let loose: ReturnType<PathView["loose"]> | undefined;
  return {
    segments,
    isOther: role === "other",
    ambiguous: isAmbiguousPath(path, role !== "only"),
    loose: () => (loose ??= toLooseReadings(path)),
  };
}

/**
 * For allow rules: the pattern must match the canonical path as written, and a path that could be read in two ways
 * matches no pattern but "any". A pattern that names parameters, or an escaped `?` or `#`, is for the server's reading of it.
 */
export function compileAllowPath(pattern: PathPattern): PathMatcher {
  if (pattern === "any") return () => true;
  const own = compileSteps(pattern.segments);
  const shorter = toShorterPaths(pattern.text).map((text) =>
    compileSteps(text.slice(1).split("/")),
  );
  return ({ ambiguous, isOther, segments }) =>
    !ambiguous &&
    (matchSegments(own, segments) ||
      (isOther && shorter.some((steps) => matchSegments(steps, segments))));
}

function compileSteps(segments: readonly string[]): readonly Step[] {
  return segments.map((segment) =>
    segment === anyDepth ? anyDepth : compileSegment(segment, (literal) => literal),
  );
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
  return (path) =>
    path.ambiguous || path.loose().some((segments) => matchSegments(steps, segments));
}

function compileLoose(segment: string): SegmentTest {
  const test = compileSegment(segment, toLoose);
  return (name) => test(name) || test(withoutEnd(name));
}

/** With an escaped slash as one, and as a part of a name, as GitLab has it in a project's. */
function toLooseReadings(path: string): readonly (readonly string[])[] {
  const split = toLooseSegments(path, /\/|%2f|%5c/i);
  return /%2f|%5c/i.test(path) ? [split, toLooseSegments(path, "/")] : [split];
}

function toLooseSegments(path: string, separator: RegExp | string): readonly string[] {
  return path
    .split(separator)
    .map((segment) => toLoose(segment.split(/;|%3b/i, 1)[0] ?? ""))
    .filter((segment) => segment !== "");
}

/**
 * Percent-escapes as bytes, and those as UTF-8 where they are any; without characters that aren't seen, in lower case:
 * only for comparing, never shown.
 */
function toLoose(text: string): string {
  if (!text.includes("%")) return text.toLowerCase();
  return toFolded(decodeEscapes(text).normalize("NFKC"));
}

/**
 * A segment as Windows takes it for a file's name: without the stream behind a colon, and without the dots and blanks at
 * its end.
 */
function withoutEnd(segment: string): string {
  const colon = segment.indexOf(":");
  return withoutDotsAtEnd(colon > 0 ? segment.slice(0, colon) : segment);
}
