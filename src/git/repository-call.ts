// The vocabulary of every way in: a push, a REST call and a GraphQL mutation are all read into these types, so that one
// rule can decide them (entry/decide-repository-call.ts).

/** The software behind a git host: it decides which other ways lead to a repository's branches. */
export const forges = ["github", "gitlab", "bitbucket", "gitea", "azure", "generic"] as const;
export type Forge = (typeof forges)[number];

/** A change of one ref that a request asks for. */
export interface RefUpdate {
  /** Full name, as in `refs/heads/agent/x` */
  readonly ref: string;
  readonly change: "create" | "update" | "delete" | "create-or-update";
  /** Whether the ref loses commits by it: `no` (the server sees to it, or it was found out), `yes`, or not known yet */
  readonly rewrite: "no" | "yes" | "unknown";
  /** Paths in the work tree that it changes, or not known yet */
  readonly paths: readonly string[] | "unknown";
}

/** What a request asks of one repository. */
export type RepositoryAction =
  | { readonly type: "read" }
  | { readonly type: "update-ref"; readonly update: RefUpdate }
  /** Blobs, trees, commits that no ref points to yet */
  | { readonly type: "write-objects" }
  /** LFS objects and locks */
  | { readonly type: "lfs-write" }
  | { readonly type: "pull"; readonly step: "comment" | "create" | "merge" }
  /** Understood, and no grant of a `git:` entry ever covers it: keys, hooks, transfers, workflow runs */
  | { readonly type: "forbidden"; readonly what: string }
  /** About neither code nor pull requests (issues, labels): host rules decide, but `reads` only where it may be read */
  | { readonly type: "other"; readonly what: string; readonly reads?: true };

/** What one request asks of one repository; a request may make several calls. */
export interface RepositoryCall {
  /** `owner/name` as the request writes it, without `.git`; GitLab's may have more segments */
  readonly repository: string;
  readonly action: RepositoryAction;
}
