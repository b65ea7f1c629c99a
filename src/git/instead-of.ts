// Settings that turn addresses over ssh into https ones (git-config, `url.<base>.insteadOf`).
import { toOriginText } from "../policy/host-pattern.ts";
import { defaultPorts, sshOnlyHosts } from "./remote-url.ts";

/** One `url.BASE.insteadOf` setting of git's: each prefix is replaced by `base`. */
export interface InsteadOf {
  readonly base: string;
  readonly prefixes: readonly string[];
}

/**
 * What makes git use a host's https address for its addresses over ssh. `sshPort` is the port of ssh where it isn't 22;
 * `path` (`/acme/widgets`) is needed for Azure only, whose paths over ssh are others.
 */
export function toInsteadOf(place: {
  readonly scheme?: "https" | "http";
  readonly host: string;
  readonly port: number;
  readonly sshPort?: number;
  readonly path?: string;
}): readonly InsteadOf[] {
  const { scheme = "https", host, port, sshPort = defaultPorts.ssh, path } = place;
  const base = `${toOriginText({ scheme, host, port })}/`;
  const azure = /^\/([^/]+)\/([^/]+)\/_git\/([^/*]+)$/.exec(path ?? "");
  if (host === "dev.azure.com") {
    if (azure === null) return [];
    const [, organisation, project, name] = azure;
    const tail = `v3/${organisation}/${project}/${name}`;
    const prefixes = toSshPrefixes("ssh.dev.azure.com", defaultPorts.ssh);
    return [
      {
        base: `${base}${organisation}/${project}/_git/${name}`,
        prefixes: prefixes.map((prefix) => `${prefix}${tail}`),
      },
    ];
  }
  const other = Object.keys(sshOnlyHosts).find((name) => sshOnlyHosts[name] === host);
  return [
    {
      base,
      prefixes: [
        ...toSshPrefixes(host, sshPort),
        ...(other === undefined ? [] : toSshPrefixes(other, 443)),
      ],
    },
  ];
}

/**
 * All that people write before the path, for a host or an alias of ssh's. git takes the longest prefix that fits, so those
 * with a slash win.
 */
export function toSshPrefixes(host: string, port: number): readonly string[] {
  const authorities = [`git@${host}`, host];
  const isDefault = port === defaultPorts.ssh;
  const urls = ["ssh", "git+ssh", "ssh+git"].flatMap((scheme) =>
    authorities.flatMap((authority) => [
      ...(isDefault ? [`${scheme}://${authority}/`] : []),
      `${scheme}://${authority}:${port}/`,
    ]),
  );
  const short = authorities.flatMap((authority) => [`${authority}:`, `${authority}:/`]);
  return isDefault ? [...short, ...urls] : urls;
}
