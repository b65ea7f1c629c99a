/**
 * Matches the segments behind `/repos/owner/name` with a pattern: `*` is one segment, `**` at the end any number but
 * none; what isn't a wildcard is compared without case, so that no spelling of a route is overlooked. Gives what the
 * wildcards stand for.
 */
export function matchRoute(
  pattern: string,
  segments: readonly string[],
): readonly string[] | undefined {
  const parts = pattern.split("/");
  const isOpen = parts.at(-1) === "**";
  const fixed = isOpen ? parts.slice(0, -1) : parts;
  if (isOpen ? segments.length <= fixed.length : segments.length !== fixed.length) return undefined;
  const captured: string[] = [];
  for (const [index, part] of fixed.entries()) {
    const segment = segments[index]!;
    if (part === "*") captured.push(segment);
    else if (part !== segment.toLowerCase()) return undefined;
  }
  return isOpen ? [...captured, ...segments.slice(fixed.length)] : captured;
}
