import { anyDepth, compileSegment, matchSegments, type Step } from "../../policy/segment-match.ts";
import { toFolded, withoutDotsAtEnd } from "../../base/loose-name.ts";
import { invalidText } from "../../policy/file/problem.ts";

const invalid = invalidText("path pattern");

const maxPatternLength = 1024;
const maxSegments = 64;

interface CompiledPattern {
  readonly text: string;
  readonly steps: readonly Step[];
  /** How many of the first steps are plain names */
  readonly literals: number;
}

/**
 * Reads a pattern of `paths: deny:`: a path from the top of the work tree, `*` within a segment, `**` any number of
 * segments.
 * @throws VaultboxError VBX_POLICY_INVALID
 */
export function parseDeniedPath(text: string): string {
  if (text === "") throw invalid(text, "write a path, as in .github/workflows/**");
  if (text.startsWith("/")) {
    throw invalid(text, "leave out the first /; paths begin at the top of the work tree");
  }
  if (text.startsWith("!")) throw invalid(text, "there are no exceptions (!)");
  if (text.length > maxPatternLength) {
    throw invalid(text, `longer than ${maxPatternLength} characters`);
  }
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) throw invalid(text, "a control character");
  if (/[\\?[\]{}]/.test(text)) {
    throw invalid(text, "only * and ** stand for other text; \\ ? [ ] { } can't be written");
  }
  const pattern = text.endsWith("/") ? text.slice(0, -1) : text;
  const segments = pattern.split("/");
  if (segments.length > maxSegments) throw invalid(text, `more than ${maxSegments} segments`);
  for (const segment of segments) {
    if (segment === "") throw invalid(text, "an empty segment (//)");
    if (segment === "." || segment === "..") throw invalid(text, "a . or .. segment");
    if (segment.includes(anyDepth) && segment !== anyDepth) {
      throw invalid(text, "** stands only for whole segments, as in a/**; use * within a segment");
    }
  }
  return pattern;
}

/** The first pattern that covers a changed path; undefined when none does. See `compileDeniedPaths`. */
export function findDeniedPath(denyPaths: readonly string[], path: string): string | undefined {
  return compileDeniedPaths(denyPaths)(path);
}

/**
 * For many paths. The safe mistake is to match: letter case, Unicode form, invisible characters and the dots and spaces
 * that Windows drops make no difference. A pattern covers everything below what it names, and also a file, link or
 * submodule that takes the place of one of the folders it names: `.github` and `.github/workflows` for
 * `.github/workflows/**`.
 */
export function compileDeniedPaths(
  denyPaths: readonly string[],
): (path: string) => string | undefined {
  const patterns = denyPaths.map(compile);
  return (path) => {
    if (patterns.length === 0) return undefined;
    const segments = toSegments(path);
    return patterns.find((pattern) => covers(pattern, segments))?.text;
  };
}

function compile(text: string): CompiledPattern {
  const segments = text.split("/");
  const firstStar = segments.findIndex((segment) => segment.includes("*"));
  return {
    text,
    // What lies below a match is covered too
    steps: [
      ...segments.map((segment) =>
        segment === anyDepth ? anyDepth : compileSegment(segment, toLooseName),
      ),
      anyDepth,
    ],
    literals: firstStar < 0 ? segments.length : firstStar,
  };
}

function covers({ steps, literals }: CompiledPattern, segments: readonly string[]): boolean {
  if (matchSegments(steps, segments)) return true;
  return segments.length <= literals && matchSegments(steps.slice(0, segments.length), segments);
}

function toSegments(path: string): readonly string[] {
  return path
    .split(/[/\\]/)
    .map(toLooseName)
    .filter((segment) => segment !== "" && segment !== ".");
}

function toLooseName(name: string): string {
  const folded = toFolded(name);
  const trimmed = withoutDotsAtEnd(folded);
  return trimmed === "" ? folded : trimmed;
}
