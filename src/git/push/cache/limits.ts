/** Oldest git whose `index-pack`, `cat-file` and `diff-tree` have all that is used here. */
export const oldestGit: readonly [major: number, minor: number] = [2, 30];

/** Address space of one git process in bytes, where the system can limit it: packs may unfold into any size. */
export const maxGitMemoryBytes = 2 * 1024 ** 3;

/** Pushes that are looked at at the same time: each may need a git process's memory, and its commits are held. */
export const maxPushesAtOnce = 2;

/**
 * Processor time of one git process in seconds, where the system can limit it: also of one that a killed session left,
 * which nobody else ends. Two threads, and `maxIndexMs` each.
 */
export const maxGitCpuSeconds = 600;

/** Time that git may need for one pack in `ms`, beside the time that the client needs to send it. */
export const maxIndexMs = 5 * 60_000;

/** Time of one question to git about objects that are there, in `ms`. */
export const maxQueryMs = 60_000;

/** Time of all questions about one push together, in `ms`: it may name many refs, and each may take long. */
export const maxInquiryMs = 10 * 60_000;

/** Objects in one pack, by its own header. */
export const maxPackObjects = 2_000_000;

/** Commits and tags in a pushed pack: they're held in memory while the push is looked at. */
export const maxPackCommits = 100_000;

/** Parents of all these commits together: a small pack can have a thousand million. */
export const maxPackParents = 500_000;

/** Bytes of a commit in which its tree and parents must be: some 20,000 parents. */
export const maxCommitHeadBytes = 1024 * 1024;

/** Pairs of trees that are compared for one push. */
export const maxTreePairs = 200_000;

/** Bytes of one pack from an upstream. */
export const maxFetchedBytes = 1024 ** 3;

/** Bytes of one repository's cache; beyond it, it begins anew. */
export const maxCacheBytes = 2 * 1024 ** 3;

/** Packs in one store; beyond it, it begins anew: git looks into each of them for each object. */
export const maxCachePacks = 200;
