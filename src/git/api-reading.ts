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

interface NotUnderstoodReading {
  readonly kind: "not-understood";
  readonly repository?: string | undefined;
  readonly what: string;
}

/** What a request to a forge's API means. */
export type ApiReading =
  | { readonly kind: "calls"; readonly calls: readonly RepositoryCall[] }
  /** The method and path don't tell: ask again with the parsed body */
  | { readonly kind: "needs-body"; readonly repository: string }
  /** `what` says what wasn't understood, and what to do instead where something can be done */
  | NotUnderstoodReading
  /** Reads a repository that it names by its number: ask which one it is, and read `toPath(name)` */
  | {
      readonly kind: "by-number";
      readonly number: string;
      /** Canonical path of the same request by name */
      readonly toPath: (name: string) => string;
    }
  /** Concerns no repository that the request tells (`/user`, `/gists`): host rules decide */
  | { readonly kind: "elsewhere" };

/** A part of a request means nothing that is known here; `message` is one clause. */
export class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";
}

/** What reading gives, or what of the request isn't understood. */
export function understood<Reading>(
  read: () => Reading,
  repository?: string,
): Reading | NotUnderstoodReading {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return { kind: "not-understood", repository, what: error.message };
  }
}

/** Whether a request changes nothing, by its method. */
export function isReading({ method }: Pick<ApiRequest, "method">): boolean {
  return method === "GET" || method === "HEAD";
}

/** Why a path is not understood, for a refusal. */
export const severalReadings = "servers read its path in different ways; write it plainly";

/** What a request means when every reading of its path means the same. */
export function agreeOn(first: ApiReading, others: readonly ApiReading[]): ApiReading {
  const text = toText(first);
  if (others.every((other) => toText(other) === text)) return first;
  const repository = [first, ...others].map(repositoryOf).find((name) => name !== undefined);
  return { kind: "not-understood", repository, what: severalReadings };
}

/** All that decides, as text. */
function toText(reading: ApiReading): string {
  const { kind } = reading;
  return JSON.stringify(kind === "by-number" ? { kind, number: reading.number } : reading);
}

/** The repository that a reading is about, as far as it tells. */
export function repositoryOf(reading: ApiReading): string | undefined {
  if (reading.kind === "calls") return reading.calls[0]?.repository;
  return "repository" in reading ? reading.repository : undefined;
}
