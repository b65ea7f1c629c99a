import { memoryOfJson } from "../../../http/hold.ts";

/**
 * Characters of one query that cost an object each when it's parsed and printed: comments, line breaks, escapes, and what
 * is written as an escape. graphql-js counts tokens only; a comment, or a part of a string, is none.
 */
export const maxGraphqlPieces = 100_000;

const quote = 0x22;
const numberSign = 0x23;
const backslash = 0x5c;

/** Whether a parser would make more of the text than it may; one pass that keeps nothing. */
export function hasTooManyPieces(query: string): boolean {
  let pieces = 0;
  for (let at = 0; at < query.length && pieces <= maxGraphqlPieces; at += 1) {
    if (isPiece(query.charCodeAt(at))) pieces += 1;
  }
  return pieces > maxGraphqlPieces;
}

/** Line breaks are among the control characters. */
function isPiece(code: number): boolean {
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  return isControl || code === quote || code === numberSign || code === backslash;
}

/** Memory of one piece of a GraphQL query while it's parsed and printed: measured at 110. Bytes. */
const graphqlPieceBytes = 120;

/** Memory for a JSON text of so many bytes that holds a GraphQL query, were it as full of pieces as it can be. */
export function memoryOfGraphql(bytes: number): number {
  return memoryOfJson(bytes) + graphqlPieceBytes * Math.min(maxGraphqlPieces, bytes);
}
