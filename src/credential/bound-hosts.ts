import { coversRepository, toComparableRepository } from "../base/repository-name.ts";
import type { CredentialBinding } from "./binding.ts";
import { foldParameterName } from "./credential-parameters.ts";
import { kindOf } from "./schemes.ts";
import type { SessionCredential } from "./session-credential.ts";
import { isAmbiguousPath } from "../http/path-readings.ts";
import { foldHeaderName } from "../http/header-fields.ts";

export interface BoundCredential {
  readonly credential: SessionCredential;
  readonly binding: CredentialBinding;
}

/** A host that at least one credential is bound to, on whatever port and path: everything there is strict. */
export interface BoundHost {
  /**
   * The most specific first: one repository before an owner's, that before any request's, exact host before `*.host`,
   * longer path prefix before shorter, then the session's order
   */
  readonly bound: readonly BoundCredential[];
  /** Headers that a binding of this host uses, normalised */
  readonly headers: ReadonlySet<string>;
  /** Query parameters that a binding of this host uses, folded */
  readonly parameters: ReadonlySet<string>;
}

/** `*.host` bindings make the number of hosts open-ended; beyond this many they are worked out again each time. */
const maxRemembered = 512;

/**
 * Scans up the bound host; `undefined` when no credential is bound to it.
 * @throws TypeError when a binding isn't canonical: it would silently never match
 */
export function createBoundHosts(
  credentials: readonly SessionCredential[],
): (host: string) => BoundHost | undefined {
  const all = credentials.flatMap((credential) =>
    credential.bindings.map((binding) => ({ credential, binding })),
  );
  for (const { binding } of all) {
    if (
      !/^(?:\*\.)?[a-z0-9._:-]*[a-z0-9:]$/.test(binding.host) ||
      !binding.pathPrefix.startsWith("/") ||
      (binding.repository !== undefined && !isRepositoryPattern(binding.repository))
    ) {
      throw new TypeError(`binding of ${binding.host}${binding.pathPrefix} isn't canonical`);
    }
  }
  const remembered = new Map<string, BoundHost | undefined>();
  return (host) => {
    const known = remembered.get(host);
    if (known !== undefined || remembered.has(host)) return known;
    const found = describeHost(all.filter(({ binding }) => matchesHost(binding.host, host)));
    if (remembered.size < maxRemembered) remembered.set(host, found);
    return found;
  };
}

/**
 * The bindings that cover this request with every path that it reads or writes, in every reading, the most specific first; none on plain
 * http. Those of a repository cover only what a `git:` entry decided for it.
 */
export function bindingsFor(
  boundHost: BoundHost,
  request: {
    readonly scheme: string;
    readonly port: number;
    readonly path: string;
    readonly readings?: readonly string[];
    readonly otherPaths?: readonly string[];
    readonly repository?: string;
  },
): readonly BoundCredential[] {
  if (request.scheme !== "https") return [];
  const { repository, path, readings = [], otherPaths = [] } = request;
  return boundHost.bound.filter(
    ({ binding }) =>
      binding.port === request.port &&
      otherPaths.every((other) => matchesPrefix(binding.pathPrefix, other)) &&
      [path, ...readings].every((one) =>
        matchesPrefix(binding.pathPrefix, one, readings.length > 0),
      ) &&
      (binding.repository === undefined ||
        (repository !== undefined && coversRepository(binding.repository, repository))),
  );
}

function describeHost(bound: readonly BoundCredential[]): BoundHost | undefined {
  if (bound.length === 0) return undefined;
  const headers = new Set<string>();
  const parameters = new Set<string>();
  for (const { binding } of bound) {
    for (const { kind, name } of kindOf(binding.scheme).fields(binding.scheme)) {
      if (kind === "header") headers.add(foldHeaderName(name));
      else parameters.add(foldParameterName(name));
    }
  }
  return { bound: bound.toSorted(bySpecificity), headers, parameters };
}

function bySpecificity(a: BoundCredential, b: BoundCredential): number {
  const ranks = repositoryRank(a.binding) - repositoryRank(b.binding);
  if (ranks !== 0) return ranks;
  const wildcards =
    Number(a.binding.host.startsWith("*.")) - Number(b.binding.host.startsWith("*."));
  if (wildcards !== 0) return wildcards;
  return (
    b.binding.host.length - a.binding.host.length ||
    b.binding.pathPrefix.length - a.binding.pathPrefix.length
  );
}

/** How closely a binding names the repository: 0 is the closest. */
export function repositoryRank({ repository }: CredentialBinding): 0 | 1 | 2 {
  if (repository === undefined) return 2;
  return repository.endsWith("/*") ? 1 : 0;
}

function isRepositoryPattern(text: string): boolean {
  const name = text.endsWith("/*") ? `${text.slice(0, -1)}x` : text;
  return !name.includes("*") && toComparableRepository(name)?.includes("/") === true;
}

/** Whether a credential is for something at a host, on whatever port and path. */
export function isForHost({ bindings }: SessionCredential, host: string): boolean {
  return bindings.some((binding) => matchesHost(binding.host, host));
}

function matchesHost(pattern: string, host: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === host;
  const suffix = pattern.slice(1);
  return host.length > suffix.length && host.endsWith(suffix);
}

function matchesPrefix(prefix: string, path: string, isReading = false): boolean {
  if (prefix === "/") return true;
  // A server could read `/mine/..%2fother` as another path than the one that the credential is for
  if (isAmbiguousPath(path, isReading)) return false;
  return path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
}
