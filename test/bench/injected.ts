/**
 * The field that every target that intercepts puts on each request. The stand-in counts requests with it and without: what
 * isn't seen there wasn't measured with a credential.
 */
export const injected = { header: "x-inject", value: "bench-secret-0123456789" } as const;
