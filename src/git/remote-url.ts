// The addresses that git takes for a remote (git-fetch, "Git URLs"), and the https address of the ones over ssh.
import { isIPv4 } from "node:net";

/** Where a remote is. What a URL says before its `@` is dropped: it may hold a password. */
export interface RemoteUrl {
  readonly kind: "https" | "http" | "ssh";
  /** Lower case, without a dot at its end; IPv6 without brackets */
  readonly host: string;
  readonly port: number;
  /** `/owner/name`, without `.git` and without a slash at its end */
  readonly path: string;
}

/** Ports that a URL needn't say. */
export const defaultPorts = { https: 443, http: 80, ssh: 22 } as const;
/** Characters of a URL that is looked at. */
const maxUrlLength = 2048;

const kinds: Readonly<Record<string, RemoteUrl["kind"]>> = {
  https: "https",
  http: "http",
  ssh: "ssh",
  "git+ssh": "ssh",
  "ssh+git": "ssh",
};

const urlShape = /^([a-z][a-z0-9+]*):\/\/([^/?#\\]+)(\/[^?#\\]*)$/i;
// `[user@]host:path`, with no slash before the colon; `helper::address` runs a program
const scpShape = /^(?:[^/@:\\]*@)?(\[[0-9a-f:.]+\]|[^/@:[\]\\]+):(?!\/\/|:)([^?#\\]+)$/i;
const hostShape =
  /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/;
const ipv6Shape = /^[0-9a-f:.]*:[0-9a-f:.]*$/;

/**
 * A remote's URL, or the short form `git@host:owner/name.git`. Undefined for what no host of a network is in (a folder,
 * `file:`), for other protocols, and for what is no URL that git would take, or is open to two readings.
 */
export function parseRemoteUrl(text: string): RemoteUrl | undefined {
  if (text.length > maxUrlLength || !/^[!-~]+$/.test(text)) return undefined;
  const url = urlShape.exec(text);
  if (url !== null) {
    const [, scheme = "", authority = "", path = ""] = url;
    const kind = kinds[scheme.toLowerCase()];
    return kind === undefined ? undefined : toRemote(kind, authority, path);
  }
  if (text.includes("://")) return undefined;
  const [, host, path] = scpShape.exec(text) ?? [];
  // A single letter is a drive of Windows
  if (host === undefined || path === undefined || /^[a-z]:/i.test(text)) return undefined;
  return toRemote("ssh", host, path.startsWith("/") ? path : `/${path}`);
}

function toRemote(kind: RemoteUrl["kind"], authority: string, path: string): RemoteUrl | undefined {
  const place = authority.slice(authority.lastIndexOf("@") + 1).toLowerCase();
  const [, bracketed, plain, digits] = /^(?:\[(.*)\]|([^:[\]]*))(?::([0-9]*))?$/.exec(place) ?? [];
  const host = (bracketed ?? plain)?.replace(/\.$/, "");
  if (host === undefined || !isHost(host, bracketed !== undefined)) return undefined;
  const port = digits ? Number(digits) : defaultPorts[kind];
  const name = toRepositoryPath(path);
  if (name === undefined || port < 1 || port > 65_535) return undefined;
  return { kind, host, port, path: name };
}

function isHost(host: string, isBracketed: boolean): boolean {
  if (host.length > 253) return false;
  if (isBracketed) return ipv6Shape.test(host);
  // 010.1, 0x7f.1: a number that isn't a plain IPv4 address is read differently by different programs
  if (/(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/.test(host)) return isIPv4(host);
  return hostShape.test(host);
}

/** Without `.git` and slashes at its end; undefined when it's empty, climbs, or escapes anything but Azure's spaces. */
function toRepositoryPath(path: string): string | undefined {
  const bare = path.replace(/\/+$/, "").replace(/\.git$/i, "");
  const segments = bare.split("/").slice(1);
  const isPlain = segments.every(
    (segment) => !/^\.{0,2}$/.test(segment) && !segment.replaceAll("%20", "").includes("%"),
  );
  return isPlain && segments.length > 0 ? bare : undefined;
}

/** Hosts that are for ssh on port 443 or for ssh only, and the hosts of the same repositories over https. */
export const sshOnlyHosts: Readonly<Record<string, string>> = {
  "ssh.github.com": "github.com",
  "altssh.gitlab.com": "gitlab.com",
  "altssh.bitbucket.org": "bitbucket.org",
  "ssh.dev.azure.com": "dev.azure.com",
};

/**
 * The https address of the same repository. A remote over ssh is taken to be at the default port of https, because the
 * port of ssh says nothing about it; Azure's `v3/ORGANISATION/PROJECT/NAME` becomes `ORGANISATION/PROJECT/_git/NAME`.
 */
export function toHttpsRemote(remote: RemoteUrl): RemoteUrl {
  if (remote.kind !== "ssh") return remote;
  const host = sshOnlyHosts[remote.host] ?? remote.host;
  const azure = /^\/v3\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(remote.path);
  const path =
    azure !== null && host === "dev.azure.com"
      ? `/${azure[1]}/${azure[2]}/_git/${azure[3]}`
      : remote.path;
  return { kind: "https", host, port: defaultPorts.https, path };
}
