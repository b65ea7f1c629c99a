import type { EntryOrigin } from "../../policy/entry-kind.ts";
import type { GitRule } from "./git-rule.ts";

/**
 * An origin that a `git:` entry opens, by what is asked there: `git` is smart HTTP (and LFS batches), `api` REST and
 * GraphQL, `raw` reading of files and archives, `lfs` storage of LFS objects. `page` opens nothing: other hosts of the same
 * forge, where a repository that may not be read must not be shown either.
 */
export interface GitAuthority extends EntryOrigin {
  readonly kind: "git" | "api" | "raw" | "lfs" | "page";
}

/** Every origin that a rule opens. A request there is still decided by itself. */
export function gitAuthorities(rule: GitRule): readonly GitAuthority[] {
  const { scheme, host, port } = rule;
  return [
    { kind: "git", scheme, host, port },
    ...apiAuthorities(rule),
    ...rule.lfsHosts.map((one) => https("lfs", one)),
  ];
}

function apiAuthorities({
  forge,
  scheme,
  host,
  port,
  repository,
}: GitRule): readonly GitAuthority[] {
  switch (forge) {
    case "github":
      return host === "github.com"
        ? [
            https("api", "api.github.com"),
            // Release assets; the same paths, and never allowed by an entry
            https("api", "uploads.github.com"),
            https("raw", "codeload.github.com"),
            https("raw", "raw.githubusercontent.com"),
            https("page", "media.githubusercontent.com"),
            https("page", "patch-diff.githubusercontent.com"),
            https("page", "raw.github.com"),
            https("page", "www.github.com"),
          ]
        : // GitHub Enterprise Server has its API at /api/v3 and /api/graphql of the same host, and files at others
          [
            { kind: "api", scheme, host, port },
            ...["api", "codeload", "media", "raw"].map((name) => https("page", `${name}.${host}`)),
          ];
    case "gitlab":
      return [{ kind: "api", scheme, host, port }];
    // No handler reads the API of these: host rules decide there
    case "bitbucket":
      return [https("page", "api.bitbucket.org")];
    case "azure":
      // Its search, and the host that each organisation had before
      return host === "dev.azure.com"
        ? [
            https("page", "almsearch.dev.azure.com"),
            https("page", `${repository.split("/", 1)[0]}.visualstudio.com`.toLowerCase()),
          ]
        : [];
    case "gitea":
    case "generic":
      return [];
  }
}

function https(kind: GitAuthority["kind"], host: string): GitAuthority {
  return { kind, scheme: "https", host, port: 443 };
}
