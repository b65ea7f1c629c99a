/** Why host rules don't allow a request. */
export type RuleReason =
  | "host-not-allowed"
  | "port-not-allowed"
  | "scheme-not-allowed"
  | "method-not-allowed"
  | "path-not-allowed"
  | "websocket-not-allowed"
  | "denied-by-rule";

/** Why the proxy itself answered: sent as `X-Vaultbox-Refusal`, written to the audit. Stable. */
export type ProxyReason =
  | RuleReason
  | "git-not-allowed"
  | "authority-mismatch"
  | "request-invalid"
  | "address-not-allowed"
  | "foreign-credential"
  | "placeholder-at-wrong-host"
  | "placeholder-at-wrong-place"
  | "credential-unavailable"
  | "limit-exceeded"
  | "signature-refused"
  | "audit-unwritable"
  | "name-not-resolved"
  | "upstream-unreachable"
  | "upstream-tls-failed"
  | "upstream-timeout"
  | "upstream-invalid"
  | "internal-error";

/** Statuses of the proxy's own refusals. */
type RefusalStatus = 400 | 403 | 408 | 413 | 415 | 421 | 429 | 431 | 502 | 503 | 504;

/**
 * A request that is not forwarded. `what` is one line for the client: what was refused and why. It never holds other
 * rules, names of other credentials, internal addresses or bytes that weren't made printable.
 */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  readonly reason: ProxyReason;
  /** The host command that would allow it, when one would; nothing but the command */
  readonly remedy: string | undefined;
  /** What must be so for that to help: "if that host is meant to be there" */
  readonly remedyWhen: string | undefined;
  readonly flags: readonly string[];

  constructor(
    status: RefusalStatus,
    reason: ProxyReason,
    what: string,
    options: {
      remedy?: string;
      remedyWhen?: string;
      flags?: readonly string[];
      cause?: unknown;
    } = {},
  ) {
    super(what, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "Refusal";
    this.status = status;
    this.reason = reason;
    this.remedy = options.remedy;
    this.remedyWhen = options.remedyWhen;
    this.flags = options.flags ?? [];
  }
}
