import { VaultboxError } from "../errors.ts";
import { quoted } from "../printable.ts";
import { anyDepth, compileSegment, matchSegments, type Step } from "./segment-match.ts";

/** Longest pattern, and longest ref name that any pattern matches, in characters */
const maxRefLength = 512;
const branches = "refs/heads/";
const tags = "refs/tags/";

/**
 * Reads a ref pattern into its full form: `agent/*` is `refs/heads/agent/*`, and what begins with `refs/` is taken as it
 * is. `*` is any text within a segment, `**` any number of segments (at least one at the end).
 * @throws VaultboxError VBX_POLICY_INVALID
 */
export function parseRefPattern(text: string): string {
  if (text === "") throw invalid(text, "write the name of a branch, as in agent/*");
  const full = text.startsWith("refs/") ? text : `${branches}${text}`;
  if (full.length > maxRefLength) throw invalid(text, `longer than ${maxRefLength} characters`);
  for (const segment of full.split("/")) {
    if (segment === "") throw invalid(text, "an empty segment (//, or / at either end)");
    if (segment.includes(anyDepth) && segment !== anyDepth) {
      throw invalid(
        text,
        "** stands only for whole segments, as in agent/**; use * within a segment",
      );
    }
  }
  const why = findFault(full.replaceAll("*", "x"));
  if (why !== undefined) throw invalid(text, why);
  if (!/^refs\/[^/]+\/./.test(full)) {
    throw invalid(text, "a full ref name has at least three parts, as in refs/heads/agent");
  }
  // refs/** would cover every ref that the server keeps, its own bookkeeping too
  if (/^refs\/[^/]*\*/.test(full)) {
    throw invalid(text, "write the part after refs/ without *, as in refs/heads/**");
  }
  return full;
}

/** The pattern as a user writes it: short for branches, else whole. */
export function formatRefPattern(pattern: string): string {
  return pattern.startsWith(branches) ? pattern.slice(branches.length) : pattern;
}

/** Whether it is a full ref name that git itself would make (git-check-ref-format), stricter where tools disagree. */
export function isFullRefName(ref: string): boolean {
  return ref.length <= maxRefLength && /^refs\/[^/]+\/./.test(ref) && findFault(ref) === undefined;
}

export function isTagRef(ref: string): boolean {
  return ref.startsWith(tags);
}

/**
 * Whether one of the full patterns covers a full ref name; exactly, letter case counts. `withTags`: patterns for branches
 * cover tags of the same names too. Without it a tag needs a pattern that begins with `refs/tags/`.
 */
export function matchesRef(
  patterns: readonly string[],
  ref: string,
  { withTags }: { readonly withTags: boolean },
): boolean {
  if (!isFullRefName(ref)) return false;
  const segments = ref.split("/");
  const branch = withTags && isTagRef(ref) ? ["refs", "heads", ...segments.slice(2)] : undefined;
  return patterns.some((pattern) => {
    const steps = toSteps(pattern);
    return matchSegments(steps, segments) || (branch !== undefined && matchSegments(steps, branch));
  });
}

/** `**` at the end wants a segment: `agent/**` is what lies below `agent`, not a branch called `agent`. */
function toSteps(pattern: string): readonly Step[] {
  const steps: Step[] = pattern
    .split("/")
    .map((segment) =>
      segment === anyDepth ? anyDepth : compileSegment(segment, (literal) => literal),
    );
  if (steps.at(-1) === anyDepth) steps.push((segment) => segment !== "");
  return steps;
}

/** Why git wouldn't make such a ref (git-check-ref-format, rules 1 to 10), or why tools could take it for something else. */
function findFault(name: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f]/.test(name)) return "a space or control character is in no ref name";
  if (/[~^:?[\\]/.test(name)) return "none of ~ ^ : ? [ \\ is in a ref name";
  if (name.includes("..")) return ".. is in no ref name";
  if (name.includes("@{")) return "@{ is in no ref name";
  for (const segment of name.split("/")) {
    if (segment === "") return "an empty segment (//, or / at either end)";
    if (segment.startsWith(".") || segment.endsWith(".")) {
      return "no segment of a ref name begins or ends with a dot";
    }
    if (segment.startsWith("-")) return "a segment that begins with - could be taken for an option";
    if (/\.lock$/i.test(segment)) return "no segment of a ref name ends with .lock";
    if (segment === "@") return "@ alone is no name of a ref";
  }
  return undefined;
}

function invalid(text: string, why: string): VaultboxError {
  return new VaultboxError("VBX_POLICY_INVALID", `invalid ref pattern ${quoted(text)}: ${why}`);
}
