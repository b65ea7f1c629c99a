import { randomBytes } from "node:crypto";
import type { LfsObject } from "../lfs.ts";
import type { Authority } from "../../http/authority.ts";
import type { HeaderField } from "../../http/header-fields.ts";

/** A request to the storage that an LFS server told us how to make. The client gets a token for it, and nothing else. */
export interface LfsGrant {
  readonly action: "download" | "upload" | "verify";
  readonly authority: Authority;
  /** As the server wrote it */
  readonly path: string;
  /** With its `?`, or empty: signatures are in here */
  readonly query: string;
  readonly headers: readonly HeaderField[];
  readonly object: LfsObject;
  readonly repository: string;
  /** `rule.source.label` of the rule that allowed the batch */
  readonly rule: string;
  /** Whether the storage is the git host itself, where the session's credential is for */
  readonly isGitHost: boolean;
  /** In milliseconds since the epoch */
  readonly expiresAt: number;
}

/** Grants of one session at a time; of more the oldest are forgotten. */
const maxGrants = 20_000;

/** Characters of all their addresses and headers. */
const maxGrantLength = 32 * 1024 * 1024;

/** How long a grant lasts when the server doesn't say, and at most: a long queue of transfers, in milliseconds. */
export const maxGrantMs = 12 * 60 * 60 * 1000;

const tokenShape = /^\?vaultbox=([A-Za-z0-9_-]{43})$/;

/** What the client has in place of the storage's headers and query. */
export interface LfsGrants {
  /** The query of the address that the client gets, with its `?` */
  readonly add: (grant: LfsGrant) => string;
  /** The grant that a query names; undefined when it names none, `unknown` when it's of another session or over */
  readonly find: (query: string) => LfsGrant | "unknown" | undefined;
}

/** @param now in milliseconds since the epoch */
export function createLfsGrants(
  now: () => number = Date.now,
  limits: { readonly grants: number; readonly length: number } = {
    grants: maxGrants,
    length: maxGrantLength,
  },
): LfsGrants {
  const grants = new Map<string, LfsGrant>();
  let length = 0;
  const forget = (token: string): void => {
    const grant = grants.get(token);
    if (grant !== undefined) length -= lengthOf(grant);
    grants.delete(token);
  };
  return {
    add: (grant) => {
      const token = randomBytes(32).toString("base64url");
      grants.set(token, { ...grant, path: detached(grant.path), query: detached(grant.query) });
      length += lengthOf(grant);
      for (const [oldest] of grants) {
        if (grants.size <= limits.grants && length <= limits.length) break;
        forget(oldest);
      }
      return `?vaultbox=${token}`;
    },
    find: (query) => {
      const token = tokenShape.exec(query)?.[1];
      if (token === undefined) return undefined;
      const grant = grants.get(token);
      if (grant !== undefined && grant.expiresAt > now()) return grant;
      forget(token);
      return "unknown";
    },
  };
}

function lengthOf({ path, query, headers }: LfsGrant): number {
  const lengths = headers.map(([name, value]) => name.length + value.length);
  return lengths.reduce((sum, one) => sum + one, path.length + query.length);
}

/** A copy that doesn't keep the answer in memory which the text is a piece of. */
function detached(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
