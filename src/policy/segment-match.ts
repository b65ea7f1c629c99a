/** Whether one segment matches one step of a pattern. */
export type SegmentTest = (segment: string) => boolean;

/** A step that stands for any number of segments, none included. */
export const anyDepth = "**";

export type Step = SegmentTest | typeof anyDepth;

/** Walks both lists once; after a mismatch it only ever returns to the latest `**`, so the cost is their product at most. */
export function matchSegments(steps: readonly Step[], segments: readonly string[]): boolean {
  let step = 0;
  let at = 0;
  let resumeStep = -1;
  let resumeAt = -1;
  while (at < segments.length) {
    const test = steps[step];
    if (test === anyDepth) {
      resumeStep = ++step;
      resumeAt = at;
    } else if (test !== undefined && test(segments[at] ?? "")) {
      step++;
      at++;
    } else if (resumeStep >= 0) {
      step = resumeStep;
      at = ++resumeAt;
    } else return false;
  }
  while (steps[step] === anyDepth) step++;
  return step === steps.length;
}

/** `*` in a segment is any text without a slash; alone it wants at least one character. */
export function compileSegment(pattern: string, prepare: (literal: string) => string): SegmentTest {
  if (pattern === "*") return (segment) => segment !== "";
  const parts = pattern.split("*").map(prepare);
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (segment) => segment === first;
  const shortest = parts.reduce((sum, part) => sum + part.length, 0);
  return (segment) => {
    if (segment.length < shortest || !segment.startsWith(first) || !segment.endsWith(last)) {
      return false;
    }
    let from = first.length;
    const end = segment.length - last.length;
    for (const part of rest) {
      const found = segment.indexOf(part, from);
      if (found < 0 || found + part.length > end) return false;
      from = found + part.length;
    }
    return true;
  };
}
