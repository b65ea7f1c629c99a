// What the proxy needs of a place where packs are looked at; src/git-cache/ is one, and the session joins the two.

/** Opens a push to look at; disposing it removes what came in. */
export interface PackStore {
  /** @throws VaultboxError when the host can't look at packs */
  readonly open: (push: {
    /** `https://host:port` */
    readonly origin: string;
    readonly repository: string;
    readonly objectFormat: "sha1" | "sha256";
    readonly maxPackBytes: number;
    readonly checksObjects: boolean;
    readonly upstream: PackUpstream;
  }) => Promise<PushInquiry>;
}

/** The questions about one push. Every method @throws VaultboxError when it can't be told, Refusal of the upstream's methods */
export interface PushInquiry extends AsyncDisposable {
  readonly receive: (
    next: () => Promise<Buffer | undefined>,
  ) => Promise<
    | { readonly type: "taken" }
    | { readonly type: "too-big" }
    | { readonly type: "refused"; readonly why: string }
  >;
  readonly pack: () => {
    readonly length: number;
    readonly next: () => Promise<Buffer | undefined>;
  };
  readonly isCommit: (oid: string) => Promise<boolean>;
  readonly isFastForward: (from: string, to: string) => Promise<boolean>;
  readonly findDeniedPath: (
    to: string,
    isDenied: (path: string) => boolean,
  ) => Promise<
    | { readonly type: "none" }
    | { readonly type: "denied"; readonly path: string }
    | { readonly type: "unproven"; readonly why: string }
  >;
  readonly isContained: (oid: string, tips: readonly string[]) => Promise<boolean>;
}

/** The upstream, asked with the session's credential (host-fetch.ts). */
export interface PackUpstream {
  /** Full name to id, now; remembered */
  readonly refs: () => Promise<ReadonlyMap<string, string>>;
  /** A pack with these commits and tags and all their ancestors, without what `haves` reach */
  readonly fetchHistory: (request: {
    readonly wants: readonly string[];
    readonly haves: readonly string[];
  }) => Promise<UpstreamPack>;
  /** A pack with these commits and all their trees, no ancestors */
  readonly fetchTrees: (commits: readonly string[]) => Promise<UpstreamPack>;
}

/** A pack that comes in pieces; disposing ends it. */
export interface UpstreamPack extends AsyncDisposable {
  readonly next: () => Promise<Buffer | undefined>;
}
