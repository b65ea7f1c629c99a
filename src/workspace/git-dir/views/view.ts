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
