import { findRefNameFault } from "../wire/ref-name.ts";
import { anyDepth, compileSegment, matchSegments, type Step } from "../../policy/segment-match.ts";
import { invalidText } from "../../policy/file/problem.ts";

const invalid = invalidText("ref pattern");

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
  for (const segment of full.split("/")) {
    if (segment === "") throw invalid(text, "an empty segment (//, or / at an end)");
    if (segment.includes(anyDepth) && segment !== anyDepth) {
      throw invalid(
        text,
        "** stands only for whole segments, as in agent/**; use * within a segment",
      );
    }
  }
  const why = findRefNameFault(full.replaceAll("*", "x"));
  if (why !== undefined) throw invalid(text, why);
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
  if (findRefNameFault(ref) !== undefined) return false;
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
