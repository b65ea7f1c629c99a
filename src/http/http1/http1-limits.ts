/** What one message may have; docs/limitations.md lists it. Sizes in bytes. */
export const http1Limits = {
  headerFields: 200,
  /** Longest request target */
  targetBytes: 16 * 1024,
  /** One chunk-size line, without its CRLF */
  chunkLineBytes: { client: 16, upstream: 4096 },
  /** Empty lines before a request line, which are skipped */
  emptyLines: 8,
  /** Trailer section of a response */
  trailerBytes: 16 * 1024,
} as const;
