/** The upstream as it's seen with the session's credential; whoever opens an inspection gives it. */
export interface Upstream {
  /** Full name to id, now. Remembered by the caller */
  readonly refs: () => Promise<ReadonlyMap<string, string>>;
  /** A pack with these commits and tags and all their ancestors, without what `haves` reach; trees needn't be in it */
  readonly fetchHistory: (request: HistoryRequest) => Promise<FetchedPack>;
  /** A pack with these commits and all their trees, no ancestors; blobs needn't be in it */
  readonly fetchTrees: (commits: readonly string[]) => Promise<FetchedPack>;
}

/** Ids of commits and tags. */
export interface HistoryRequest {
  readonly wants: readonly string[];
  readonly haves: readonly string[];
}

/** A pack that comes in pieces; disposing ends it. */
export interface FetchedPack extends AsyncDisposable {
  readonly next: () => Promise<Buffer | undefined>;
}
