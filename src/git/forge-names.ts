// Which repository a request names at forges whose API no handler reads, and what all of them have in common.
import type { ForgeRequest, NamedRepositories } from "./named-repositories.ts";

export const none: NamedRepositories = { kind: "none" };
export const any: NamedRepositories = { kind: "any" };

const plainSegment = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
/** Azure and Bitbucket take an id for a name. */
const looksLikeId = /^[0-9a-f]{8}-[0-9a-f]{4}-/i;
const gitPlace =
  /^\/(.+?)(?:\.git)?\/(?:info\/refs|git-upload-pack|git-receive-pack|info\/lfs(?:\/.*)?)$/;

/** The repository of these segments, when they're plain names. */
export function toNamed(segments: readonly string[]): NamedRepositories {
  const repository = segments.join("/").replace(/\.git$/i, "");
  const isPlain = segments.every((one) => plainSegment.test(one) && !looksLikeId.test(one));
  return segments.length > 1 && isPlain ? { kind: "one", repository } : any;
}

/** Segments of a path; one slash at the end makes no difference. */
export function toPathSegments(path: string): readonly string[] {
  return path.replace(/\/$/, "").split("/").slice(1);
}

/** The repository that a request of git or LFS is for; everything else may show any. */
export function readGitNames({ path, host, gitHost }: ForgeRequest): NamedRepositories {
  const repository = host === gitHost ? gitPlace.exec(path)?.[1] : undefined;
  return repository === undefined ? any : toNamed(repository.split("/"));
}

/**
 * `organisation/project/_git/name`. A repository that is called as its project has a shorter name too, so it isn't told
 * for sure by either: https://learn.microsoft.com/azure/devops/repos/git/create-new-repo
 */
export function readAzureNames(request: ForgeRequest): NamedRepositories {
  const named = readGitNames(request);
  if (named.kind !== "one") return named;
  const [, project, git, name, ...rest] = named.repository.toLowerCase().split("/");
  const isWhole = git === "_git" && name !== undefined && rest.length === 0;
  return isWhole && project !== name ? named : any;
}

const giteaFree =
  /^\/(?:api\/v1\/(?:version|user|settings\/[^/]+|signing-key\.gpg)|user\/login|assets\/.+)$/;

/** https://docs.gitea.com/api: `/api/v1/repos/owner/name`, pages and git at `/owner/name`. */
export function readGiteaNames({ path }: ForgeRequest): NamedRepositories {
  if (giteaFree.test(path)) return none;
  const segments = toPathSegments(path);
  if (segments[0]?.toLowerCase() !== "api") return toNamed(segments.slice(0, 2));
  const [, version, kind, owner = "", name = ""] = segments;
  const isNamed = version === "v1" && kind === "repos";
  // They list others: forks, and issues that depend on each other
  const leaves = /^(?:forks|dependencies|blocks)$/.test(segments.at(-1) ?? "");
  return isNamed && !leaves ? toNamed([owner, name]) : any;
}

/** https://developer.atlassian.com/cloud/bitbucket/rest/: `/2.0/repositories/workspace/name` at a host of its own. */
export function readBitbucketNames({ host, path }: ForgeRequest): NamedRepositories {
  const segments = toPathSegments(path);
  if (host !== "api.bitbucket.org") return toNamed(segments.slice(0, 2));
  const [version, kind, workspace = "", name = "", part] = segments;
  if (path === "/2.0/user") return none;
  const isNamed = version === "2.0" && kind === "repositories" && part !== "forks";
  return isNamed ? toNamed([workspace, name]) : any;
}
