import type { RepositoryCall } from "./repository-call.ts";

/** A request to a forge's API, as far as its reader needs it. */
export interface ApiRequest {
  /** Upper-case */
  readonly method: string;
  /** Canonical path: no dot segments, no empty ones, escapes only where they are needed (http/target.ts) */
  readonly path: string;
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

/** Why a path is not understood, for a refusal. */
export const severalReadings = "servers read its path in different ways; write it plainly";

/** What a request means when every reading of its path means the same. */
export function agreeOn(first: ApiReading, others: readonly ApiReading[]): ApiReading {
  const text = toText(first);
  if (others.every((other) => toText(other) === text)) return first;
  const repository = [first, ...others].map(repositoryOf).find((name) => name !== undefined);
  const what = severalReadings;
  return { kind: "not-understood", what, ...(repository === undefined ? {} : { repository }) };
}

/** All that decides, as text. */
function toText(reading: ApiReading): string {
  const { kind } = reading;
  return JSON.stringify(kind === "by-number" ? { kind, number: reading.number } : reading);
}

function repositoryOf(reading: ApiReading): string | undefined {
  if (reading.kind === "calls") return reading.calls[0]?.repository;
  return "repository" in reading ? reading.repository : undefined;
}
