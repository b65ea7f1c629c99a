import type { RepositoryCall } from "./repository-call.ts";

/** A request to a forge's API, as far as its reader needs it. */
export interface ApiRequest {
  /** Upper-case */
  readonly method: string;
  /** Canonical path: no dot segments, no empty ones, escapes only where they are needed (proxy/target.ts) */
  readonly path: string;
  /** Path as the client wrote it */
  readonly rawPath: string;
  /** Query with its `?`, or empty */
  readonly query: string;
  /** Parsed JSON: undefined when it wasn't read yet, null when there is none */
  readonly body: unknown;
}

/** What a request to a forge's API means. */
export type ApiReading =
  | { readonly kind: "calls"; readonly calls: readonly RepositoryCall[] }
  /** The method and path don't tell: ask again with the parsed body */
  | { readonly kind: "needs-body"; readonly repository?: string }
  /** `what` says what wasn't understood, and what to do instead where something can be done */
  | { readonly kind: "not-understood"; readonly repository?: string; readonly what: string }
  /** Reads a repository that it names by its number: ask which one it is, and read `toPath(name)` */
  | {
      readonly kind: "by-number";
      readonly number: string;
      /** Canonical path of the same request by name */
      readonly toPath: (name: string) => string;
    }
  /** Concerns no repository that the request tells (`/user`, `/gists`): host rules decide */
  | { readonly kind: "elsewhere" };
