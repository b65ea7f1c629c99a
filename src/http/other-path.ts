/** A path beside a request's own that the request reads or writes: the destination of a COPY, the source of a copied object. */
export interface OtherPath {
  /** Canonical path without query, of the request's own origin */
  readonly path: string;
  /** What the server does there: `write` may replace what is there, `move` reads and removes it */
  readonly use: "read" | "create" | "write" | "move";
  /** `not-denied`: only one way to read the header, or allowed by the request's own method already */
  readonly needs: "allowed" | "not-denied";
}

/** The methods that would do the same there, each by itself. */
export const methodsOfUse: Readonly<Record<OtherPath["use"], readonly string[]>> = {
  read: ["GET"],
  create: ["PUT"],
  // RFC 4918 section 9.8.4: what is there is deleted first
  write: ["PUT", "DELETE"],
  move: ["GET", "DELETE"],
};

/** The requests that would do the same there, one for each path. */
export function toLikeRequests(
  others: readonly OtherPath[],
): readonly { readonly method: string; readonly path: string }[] {
  if (others.length === 0) return [];
  return others.flatMap(({ path, use, needs }) => {
    const [method = ""] = methodsOfUse[use];
    return needs === "allowed" ? [{ method, path }] : [];
  });
}

/** The paths that must be allowed, and lie where a credential is for. */
export function toRequiredPaths(others: readonly OtherPath[] = []): readonly string[] {
  if (others.length === 0) return [];
  return others.flatMap(({ path, needs }) => (needs === "allowed" ? [path] : []));
}
