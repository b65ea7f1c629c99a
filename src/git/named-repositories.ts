import { readAzureNames, readBitbucketNames, readGiteaNames, readGitNames } from "./forge-names.ts";
import { readGithubNames } from "./forge/github/github-names.ts";
import { readGitlabNames } from "./forge/gitlab/gitlab-names.ts";
import type { Forge } from "./repository-call.ts";

/** A request at one of a forge's hosts, as far as it tells what it may show. */
export interface ForgeRequest {
  readonly host: string;
  /** Of the entries' clone URLs */
  readonly gitHost: string;
  readonly method: string;
  /** Canonical */
  readonly path: string;
  /** With its `?`, or empty */
  readonly query: string;
}

/** Which repositories an answer may show something of. */
export type NamedRepositories =
  /** None: accounts, licences, the login */
  | { readonly kind: "none" }
  /** Only this one, `owner/name` as written, without `.git` */
  | { readonly kind: "one"; readonly repository: string }
  /** Any: searches, lists, events, and whatever isn't known */
  | { readonly kind: "any" };

const readers: Readonly<Record<Forge, (request: ForgeRequest) => NamedRepositories>> = {
  github: readGithubNames,
  gitlab: readGitlabNames,
  gitea: readGiteaNames,
  bitbucket: readBitbucketNames,
  azure: readAzureNames,
  generic: readGitNames,
};

/** Reads a request of any forge that isn't about a repository of an entry. */
export function readNamedRepositories(forge: Forge, request: ForgeRequest): NamedRepositories {
  return readers[forge](request);
}
