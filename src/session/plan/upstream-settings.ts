import type { SessionRegistry } from "../../presets/client-registry.ts";
import { caFileHint, parseCaFile } from "../../proxy/upstream/upstream-roots.ts";
import { classifyAddress, type AddressClass } from "../../base/address-class.ts";
import { readChosenFile, vouchForChosenFile } from "../../config/chosen-file.ts";
import type { ChosenFileRules } from "../../config/chosen-file.ts";
import { isIP } from "node:net";
import { parseAuthority, type Authority } from "../../http/authority.ts";
import { resolveWithHost, type Resolve } from "../../proxy/upstream/resolve.ts";

/** How this machine reaches upstreams: the user's own settings, never a project file's. */
export interface UpstreamSettings {
  /** `--connect-to HOST:PORT:ADDR:PORT` */
  readonly connectTo: readonly string[];
  /** Certificates that are trusted too, one PEM text each */
  readonly upstreamCa: readonly string[];
  /** For the host's own HTTPS_PROXY and NO_PROXY */
  readonly env: NodeJS.ProcessEnv;
}

const caFile = {
  // Room for a system's whole bundle several times
  maxBytes: 4 * 1024 * 1024,
  code: "VBX_UPSTREAM_CA_INVALID",
  cannot: "cannot use the CA file",
  hint: caFileHint,
} as const;

/**
 * The certificates of the files that `--upstream-ca` names, one PEM text each.
 * @throws VaultboxError VBX_UPSTREAM_CA_INVALID, VBX_FILE_UNTRUSTED when a sandbox could have written one
 */
export async function readUpstreamCa(
  files: readonly string[],
  rules: ChosenFileRules,
): Promise<readonly string[]> {
  const certificates: string[] = [];
  for (const name of files) {
    const file = await readChosenFile(name, caFile);
    await vouchForChosenFile(name, file, rules);
    certificates.push(...parseCaFile(name, Buffer.from(file.content).toString("utf8")));
  }
  return certificates;
}

import {
  parseUpstreamProxySettings,
  upstreamProxyFor,
} from "../../proxy/upstream/upstream-proxy.ts";

/** Where company registries live. Never link-local or metadata addresses, whatever a resolver says. */
const companyClasses: ReadonlySet<AddressClass> = new Set(["private", "cgnat", "reserved"]);

/**
 * `--connect-to` texts for registries on addresses that the proxy would refuse by itself. That the user's own client is
 * configured for a host is the user's word for its address too (invariant 3); it's resolved once, here, and a registry
 * on this machine counts only when the configuration says so literally.
 */
export async function mapRegistryAddresses(
  registries: readonly SessionRegistry[],
  options: { readonly env: NodeJS.ProcessEnv; readonly resolve?: Resolve },
): Promise<readonly string[]> {
  const origins = registries.flatMap(({ registry }) => [registry.origin, ...registry.extraOrigins]);
  const settings = parseUpstreamProxySettings(options.env);
  const mapped = [...new Set(origins)].map(async (origin) => {
    const authority = toAuthority(origin);
    // The host's own proxy resolves names itself, and a mapped connection would go around it
    if (upstreamProxyFor(authority, settings) !== undefined) return [];
    const address = await findOwnAddress(authority, options.resolve ?? resolveWithHost);
    if (address === undefined) return [];
    const { port } = authority;
    return [`${bracketed(authority.host)}:${port}:${bracketed(address)}:${port}`];
  });
  return (await Promise.all(mapped)).flat();
}

function toAuthority(origin: string): Authority {
  const { protocol, host } = new URL(origin);
  const isPlain = protocol === "http:";
  return parseAuthority(host, isPlain ? "http" : "https", isPlain ? 80 : 443);
}

/** The first address if every one is a company's (or this machine's, where the host says so); undefined otherwise. */
async function findOwnAddress(authority: Authority, resolve: Resolve): Promise<string | undefined> {
  const { host } = authority;
  // A name that can't be resolved is the proxy's to report, when it's asked for
  const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
  const isLocal = host === "localhost" || classifyAddress(host) === "loopback";
  const isOwn = (address: string): boolean => {
    const kind = classifyAddress(address);
    return companyClasses.has(kind) || (isLocal && kind === "loopback");
  };
  return addresses.length > 0 && addresses.every(isOwn) ? addresses[0] : undefined;
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
