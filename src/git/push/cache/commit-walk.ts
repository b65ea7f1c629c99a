import type { PackContents } from "./pack-contents.ts";

/** A part of a pack's history, from some tips down. */
export interface CommitWalk {
  /** Commits of the pack */
  readonly commits: ReadonlySet<string>;
  /** What they stand on: ids that aren't in the pack, or at which the walk was to stop */
  readonly boundary: ReadonlySet<string>;
}

/** Follows every parent from `tips` down, to what isn't in the pack or `isKnown`. */
export function walkCommits(
  contents: PackContents,
  tips: Iterable<string>,
  isKnown: (oid: string) => boolean = () => false,
): CommitWalk {
  const commits = new Set<string>();
  const boundary = new Set<string>();
  const waiting = [...tips];
  for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
    if (commits.has(oid) || boundary.has(oid)) continue;
    const links = isKnown(oid) ? undefined : contents.commits.get(oid);
    if (links === undefined) {
      boundary.add(oid);
      continue;
    }
    commits.add(oid);
    waiting.push(...links.parents);
  }
  return { commits, boundary };
}

/** The object behind tags of the pack: a commit or another object, whether it's in the pack or not. */
export function peelTag(
  contents: PackContents,
  oid: string,
): { readonly oid: string; readonly type: string | undefined } {
  let type = contents.commits.has(oid) ? "commit" : undefined;
  let at = oid;
  // An object's id is the hash of what it holds: a chain of tags has an end
  for (let tag = contents.tags.get(at); tag !== undefined; tag = contents.tags.get(at)) {
    at = tag.target;
    type = tag.type;
  }
  return { oid: at, type };
}
