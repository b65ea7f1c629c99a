import type { EntryGroup } from "./entry-kind.ts";
import type { OtherPath } from "../http/other-path.ts";
import type { RuleReason } from "../http/refusal.ts";

/** A canonical host name: lower case ASCII LDH labels, no trailing dot. `subdomains` is `*.host`: every subdomain, never the apex. */
export interface HostPattern {
  readonly kind: "exact" | "subdomains";
  readonly host: string;
}

/** Segments of a canonical path pattern: literal text, `*` (within one segment), `**` (any number of segments). */
export type PathPattern = "any" | { readonly text: string; readonly segments: readonly string[] };

export type ClientCredentials = "refuse" | "query" | "pass";

/** Where a rule was written, for `policy show`, `policy explain` and the audit. */
export interface RuleSource {
  readonly kind: "project" | "file" | "flag" | "preset" | "agent" | "user" | "worktree";
  /** What the user would recognise: `vaultbox.yaml:7`, `--allow`, `preset:npm`, `work tree` */
  readonly label: string;
}

/** One grant or prohibition of egress. */
export interface Rule {
  readonly effect: "allow" | "deny";
  readonly scheme: "https" | "http";
  readonly host: HostPattern;
  readonly port: number;
  /** Upper-case method tokens */
  readonly methods: "any" | readonly string[];
  readonly path: PathPattern;
  readonly websocket: boolean;
  /** Whether credentials that the client made itself may pass to a host without a bound one; `query`: in a signed URL only */
  readonly clientCredentials: ClientCredentials;
  readonly source: RuleSource;
}

/** Session-wide limits; `undefined` is no limit. */
export interface SessionLimits {
  readonly durationMs?: number | undefined;
  readonly requests?: number | undefined;
  readonly uploadBytes?: number | undefined;
  readonly requestsPerMinute?: number | undefined;
}

/** What a session may reach. An empty rule list denies everything. */
export interface EgressPolicy {
  readonly rules: readonly Rule[];
  /** What else there is, by kind; missing is nothing */
  readonly entries?: readonly EntryGroup[];
  readonly limits: SessionLimits;
}

/** What the proxy asks about; every field is canonical (see `http/authority.ts` and `http/target.ts`). */
export interface EgressRequest {
  readonly scheme: "https" | "http";
  readonly host: string;
  readonly port: number;
  readonly method: string;
  /** Canonical path without query, begins with `/` */
  readonly path: string;
  /** What else servers may take the path for (`http/path-readings.ts`); missing is nothing */
  readonly readings?: readonly string[];
  readonly websocket: boolean;
  /** What else the request reads or writes; missing is nothing */
  readonly others?: readonly OtherPath[];
}

export type Decision =
  | { readonly verdict: "allow"; readonly rule: Rule }
  | {
      readonly verdict: "deny";
      readonly reason: RuleReason;
      readonly rule?: Rule;
      /** What is refused, when it isn't the request line: what the request does to another path */
      readonly other?: Pick<EgressRequest, "method" | "path">;
      /** What servers may take the path for, when that is refused and the path itself isn't */
      readonly reading?: string;
    };
