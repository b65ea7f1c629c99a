/**
 * Whether a path in a work tree is written as git keeps it. What a server would make of `a//b` or `./a` isn't known, so
 * it can't be held against paths that may not be changed.
 */
export function isPlainPath(path: string): boolean {
  // eslint-disable-next-line no-control-regex
  if (!path.isWellFormed() || /[\u0000-\u001f\u007f\\]/.test(path)) return false;
  return path.split("/").every((segment) => !/^\.{0,2}$/.test(segment));
}
