import type { HeaderField } from "../http/header-fields.ts";

/** A place of a request where a client may hold a credential, as a refusal names it. */
export type RequestPlace =
  | { readonly kind: "header"; readonly name: string; readonly value: string }
  | { readonly kind: "parameter"; readonly name: string; readonly value: string }
  | { readonly kind: "target" };

/** A field that a credential takes up on a request: no two credentials share one. */
export interface RequestField {
  readonly kind: "header" | "parameter";
  readonly name: string;
}

/** A request before its secret is on it, with what a signature may be made over. */
export interface UnsignedRequest extends AuthorisedRequest {
  readonly method: string;
  /** As the Host header has it */
  readonly host: string;
  /** Of the body, when the scheme asked for it */
  readonly bodyDigest?: Buffer;
}

/** The request as it goes upstream. */
export interface AuthorisedRequest {
  readonly headers: readonly HeaderField[];
  /** Path and query */
  readonly target: string;
}

/** Hash over a body, as `node:crypto` names it. */
export type BodyDigest = "sha256" | "sha512";

/** A flag of `credential add`, as commander writes it: `--basic <user>`. */
export interface SchemeFlag {
  readonly flag: string;
  readonly description: string;
}

export type FlagValues = Readonly<Record<string, unknown>>;

/** What any scheme has. The rest is its own, and plain data: it's kept in vaults and presets. */
export interface AnyScheme {
  readonly type: string;
}

/** One way to put a secret on a request: a file in `schemes/`, and a line of the table in `schemes.ts`. */
export interface SchemeKind<S extends AnyScheme> {
  readonly type: S["type"];
  readonly flags: readonly SchemeFlag[];
  /**
   * The scheme that flags ask for; undefined when none of its own is given.
   * @throws VaultboxError VBX_USAGE
   */
  readonly fromFlags: (flags: FlagValues) => S | undefined;
  /** The scheme of a vault's file; undefined when it's not as it was written. */
  readonly parse: (plain: Readonly<Record<string, unknown>>) => S | undefined;
  /** What is wrong with it, as it goes on with "its …"; without any value of it. */
  readonly findFault: (scheme: S) => string | undefined;
  /** For lists: `header X-Api-Key`. */
  readonly describe: (scheme: S) => string;
  /** What it sets. */
  readonly fields: (scheme: S) => readonly RequestField[];
  /** The token that a client holds in that place, were it of this scheme; missing where it can hold none: a signature. */
  readonly detect?: (scheme: S, place: RequestPlace) => string | undefined;
  /** The flags for a credential that a client has in that place. */
  readonly propose?: (place: Exclude<RequestPlace, { kind: "target" }>) => string | undefined;
  /** The digest of the body that it signs; such a body is held until it is whole. */
  readonly bodyDigest?: (scheme: S) => BodyDigest | undefined;
  /**
   * The request with the secret on it, behind everything that's there already. The secret is one that a header can carry.
   * @throws Error whose message doesn't hold the secret
   */
  readonly apply: (
    scheme: S,
    request: UnsignedRequest,
    secret: string,
  ) => AuthorisedRequest | Promise<AuthorisedRequest>;
}

/** The request with one more header. */
export function withHeader(
  { headers, target }: AuthorisedRequest,
  name: string,
  value: string,
): AuthorisedRequest {
  return { target, headers: [...headers, [name, value]] };
}
