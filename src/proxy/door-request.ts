import type { Authority } from "./authority.ts";
import type { ClientBody } from "./client-body.ts";
import type { DoorRequest } from "./doors/door.ts";
import type { ParsedRequest } from "./parsed-request.ts";
import { Refusal } from "./refusal.ts";
import type { RequestTarget } from "./target.ts";

/** What a door sees of a request, and how it reads on. */
export function toDoorRequest(
  asked: ParsedRequest & {
    readonly authority: Authority;
    readonly target: RequestTarget;
    readonly body: ClientBody;
  },
): DoorRequest {
  const { head, record, authority, target, body } = asked;
  const next = (): Promise<Buffer | undefined> => {
    body.continue();
    return body.next();
  };
  return {
    head,
    authority,
    method: head.method,
    path: target.path,
    rawPath: target.rawPath,
    query: target.query,
    next,
    readBody: (maxBytes) => readWhole(next, maxBytes),
    note: (facts) => {
      Object.assign(record.facts, facts);
    },
  };
}

async function readWhole(
  next: () => Promise<Buffer | undefined>,
  maxBytes: number,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for (let piece = await next(); piece !== undefined; piece = await next()) {
    size += piece.length;
    if (size > maxBytes) {
      throw new Refusal(
        413,
        "limit-exceeded",
        `the body is longer than the ${maxBytes} bytes that are looked through here`,
      );
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}
