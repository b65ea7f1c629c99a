/** One circumstance that makes git show something else than what is there. */
export interface View {
  /** The same circumstance of a repository has the same */
  readonly id: string;
  /** The same while nothing about it changed */
  readonly state: string;
  /** What it does, as in `replaces 2 objects (refs/replace)` */
  readonly text: string;
  /** Shows what is there */
  readonly command: string;
}

/** Ids and states of the views that were there before a run, and the state of the index. */
export type KnownViews = Readonly<Record<string, string>>;

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
