import type { TargetAddress } from "./load-connection.ts";

/** One thing for the client process to measure on one target. */
export interface Order {
  readonly row: Row;
  readonly target: TargetAddress;
  readonly upstreamPort: number;
  /** Certificates that the client trusts, PEM; undefined for those that its own environment names */
  readonly ca: string | undefined;
  readonly durationMs: number;
  readonly bytes: number;
  readonly events: number;
  /** Number of the first host name that was never used before */
  readonly firstHost: number;
}

/** What is measured on every target. */
export const loadRows = [
  "ka1",
  "ka32",
  "new1",
  "new32",
  "first",
  "download",
  "upload",
  "sse",
] as const;
export type LoadRow = (typeof loadRows)[number];

/** `paced`: a client that isn't in a hurry, for how it fares beside others. */
export type Row = LoadRow | "paced";

/** What one measurement gave; which fields there are depends on the row. */
export interface Figures {
  /** Requests, or events */
  readonly count?: number;
  readonly perSecond?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly megabytesPerSecond?: number;
  /** Pieces in which events came: as many as there are events, where none waited for another */
  readonly reads?: number;
  /** Of requests that came on a connection of their own, connecting included */
  readonly newP99Ms?: number;
  /** Requests without an answer */
  readonly failures?: number;
  /** Why the first of them had none */
  readonly failure?: string;
}

export type Answer = { readonly figures: Figures } | { readonly error: string };

/** Hosts that a `first` measurement visits, each once. */
export const firstHosts = 16;

/** A host of the stand-in; every target sends all of them to 127.0.0.1. */
export function hostName(number: number): string {
  return `h${number}.bench.test`;
}

/** The value below which a share of the sorted values lies; NaN for none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}
