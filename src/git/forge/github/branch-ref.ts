import { findRefNameFault } from "../../wire/ref-name.ts";

// What GitHub may take for another ref than `refs/heads/<name>`: full names, the short forms of full names, an object id
const ambiguousName =
  /^(?:refs|heads|tags|remotes|pull)\/|^(?:HEAD|@)$|^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/** The full name of the branch that an API's `branch` or `base` names; undefined for what could be another ref too. */
export function toBranchRef(name: unknown): string | undefined {
  if (typeof name !== "string" || ambiguousName.test(name)) return undefined;
  const ref = `refs/heads/${name}`;
  return findRefNameFault(ref) === undefined ? ref : undefined;
}

/** The same for APIs that take full names; they take short ones for branches. */
export function toQualifiedRef(name: unknown): string | undefined {
  if (typeof name !== "string") return undefined;
  if (!name.startsWith("refs/")) return toBranchRef(name);
  return findRefNameFault(name) === undefined ? name : undefined;
}

/**
 * Whether a path in a work tree is written as git keeps it. What a server would make of `a//b` or `./a` isn't known, so
 * it can't be held against paths that may not be changed.
 */
export function isPlainPath(path: string): boolean {
  // eslint-disable-next-line no-control-regex
  if (!path.isWellFormed() || /[\u0000-\u001f\u007f\\]/.test(path)) return false;
  return path.split("/").every((segment) => !/^\.{0,2}$/.test(segment));
}
