import { ChunkQueue } from "../base/chunk-queue.ts";
import type { OwnResponse } from "../http/handler.ts";
import { type Hold, memoryOfText } from "../http/hold.ts";

/** The body of an answer to one of our own requests, undefined when it's longer. @throws Refusal 503 when too much is held */
export async function readWholeAnswer(
  response: OwnResponse,
  maxBytes: number,
  hold: Hold,
): Promise<Buffer | undefined> {
  const pieces = new ChunkQueue();
  for (;;) {
    const piece = await response.next();
    if (piece === undefined) return pieces.takeAll();
    if (pieces.size + piece.length > maxBytes) return undefined;
    hold.grow(memoryOfText(piece.length));
    pieces.push(piece);
  }
}
