import { findNearest } from "../../base/nearest-word.ts";
import { quoted } from "../../base/printable.ts";

/** What is known of a failed build, for hints. */
export interface BuildFailure {
  /** Where it failed: in a program of this machine, in the engine's pull of an image, in a container of the build */
  readonly where: "host" | "pull" | "build";
  /** The command that failed, as it was shown */
  readonly command: string | undefined;
  /** The command line that builds the same and shows every line */
  readonly again: string;
  /** The same with other packages: mistyped names, and what was meant */
  readonly againWith: (names: ReadonlyMap<string, string>) => string;
  /** Packages that were asked for */
  readonly packages: readonly string[];
  /** Names of packages that begin as a mistyped one does */
  readonly similarNames: readonly string[];
  /** Of the engine, as in `linux/amd64`; empty where it doesn't say */
  readonly platform: string;
  /** Where this machine's programs make temporary folders */
  readonly temporaryFolder: string;
  /** A variable of a proxy at an address of this machine's own, with that address */
  readonly ownProxy: string | undefined;
}

/** Why a build failed, as far as its output tells. */
export interface FailureCause {
  /** A line that shows it */
  readonly shows: RegExp;
  /** What the user can do about it, two at most */
  readonly toHints: (failure: BuildFailure) => readonly string[];
}

/**
 * What builds fail of, by the lines that package managers, clients and engines say then. One that brings about others is
 * before them: without a network every name of a package is unknown.
 */
export const failureCauses: readonly FailureCause[] = [
  {
    shows: /no space left on device|ENOSPC|disk quota exceeded|don't have enough free space/i,
    toHints: ({ where, again, temporaryFolder }) =>
      where === "host"
        ? [
            `there is no room in ${quoted(temporaryFolder)}; in another folder: TMPDIR=${temporaryFolder === "/var/tmp" ? "/tmp" : "/var/tmp"} ${again}`,
          ]
        : [
            "the engine has no room for images; to remove old ones of vaultbox: vaultbox prune --images",
            "what else takes it: docker system df",
          ],
  },
  {
    shows:
      /exec format error|no matching manifest for|EBADPLATFORM|does not match the (?:specified|detected host) platform/i,
    toHints: ({ platform }) => [
      `it's for another processor than the engine's: pull or build it with --platform ${platform === "" ? "of the engine (docker version)" : platform}`,
    ],
  },
  {
    shows:
      /SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|certificate verif|self-signed certificate|x509: |issuer is unknown|certificate is NOT trusted/i,
    toHints: ({ where, again }) => [
      where === "pull"
        ? "the engine itself has to trust the registry's CA, by its own settings (/etc/docker/certs.d)"
        : `a CA of your network is in between; name its file: NODE_EXTRA_CA_CERTS=/path/to/ca.pem ${again}`,
    ],
  },
  {
    shows: /proxy authentication required|proxy .*\b407\b|\b407 +proxy|\bE407\b/i,
    toHints: ({ where, again }) => [
      where === "pull"
        ? "the engine's own proxy wants a name and a password: they belong into the engine's settings"
        : `the proxy wants a name and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT HTTP_PROXY=http://USER:PASSWORD@HOST:PORT ${again}`,
    ],
  },
  {
    shows:
      /\bE40[13]\b|401 +Unauthorized|403 +Forbidden|pull access denied|access to the resource is denied|authentication required|no basic auth credentials|toomanyrequests/i,
    toHints: ({ where, command }) => [
      where === "pull"
        ? `the registry wants a login; with yours, before you start again: ${command ?? ""}`
        : "a build sends no login to a registry: take packages that can be read without one, or an image that has them (--image)",
    ],
  },
  {
    shows:
      /could not resolve|temporary failure (?:in name resolution|resolving)|failed to fetch .*(?:could not|unable to|connection|timed out)|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNRESET|temporary error \(try again later\)|network is unreachable|no such host|dial tcp|awaiting headers|proxyconnect/i,
    toHints: ({ where, ownProxy, command }) => {
      if (where === "pull") {
        return [
          `the engine reaches no image registry; when this works, start again: ${command ?? ""}`,
        ];
      }
      if (where === "build" && ownProxy !== undefined) {
        return [
          `${ownProxy} is the build's own container there: let the proxy listen where containers reach it, and name that address`,
        ];
      }
      return [
        "no package registry was reached: is there a network? behind a proxy set HTTPS_PROXY and HTTP_PROXY",
      ];
    },
  },
  {
    shows:
      /no package of that name|unable to locate package|\bE404\b|\bETARGET\b|no matching version|\(no such package\)|was not found\b.*version|version '.*' for '.*' was not found/i,
    toHints: ({ command, similarNames, packages, againWith }) => {
      if (/\bnpm\b/.test(command ?? ""))
        return ["look for the name of the npm package: npm search WORD"];
      const meant = new Map<string, string>();
      for (const name of packages) {
        const near = findNearest(name, similarNames);
        if (near !== undefined && near !== name) meant.set(name, near);
      }
      if (meant.size === 0)
        return ["check the name of the package, as the image's distribution calls it"];
      return [`you may mean ${[...meant.values()].join(", ")}: ${againWith(meant)}`];
    },
  },
];
