/** By the kind of a host executable in the work tree: what shows what is there, whatever git is told there. */
const commands = new Map([
  // `-diff`, `diff=`, `binary` and programs of the user's own that the tree selects (gitattributes(5))
  ["git attributes", "git diff --text --no-textconv --no-ext-diff"],
  // `ignore = all` (gitmodules(5))
  ["git submodules", "git status --ignore-submodules=none"],
  ["names of authors", "git log --no-mailmap"],
]);

/** What the hand-off says beside a file that changes what git shows; undefined for others. */
export function toReviewDetail(kind: string): string | undefined {
  const command = commands.get(kind);
  return command && `to see what is there: ${command}`;
}
