import { setTimeout as delay } from "node:timers/promises";
import type { ServerResponse } from "node:http";

/** Between two events of a stream, so that a client (and a proxy) sees them arrive one by one. */
const gapMs = 15;

/** Sends server-sent events one by one, each in its own write; stops when the client is gone. */
export async function sendEvents(
  response: ServerResponse,
  events: readonly { readonly type: string }[],
): Promise<void> {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  for (const event of events) {
    if (response.destroyed) return;
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    await delay(gapMs);
  }
  response.end();
}

/** A text in pieces of a few characters, as a model streams it. */
export function toDeltas(text: string): readonly string[] {
  // With the flag `u`, a piece never ends inside a surrogate pair
  return text.match(/[\s\S]{1,24}/gu) ?? [""];
}
