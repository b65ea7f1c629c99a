import { ChunkQueue } from "../../base/chunk-queue.ts";
import { given } from "../../base/given.ts";
import type { HandledRequest } from "../../http/handler.ts";
import { type IncomingRequest, toRequestView } from "../../http/incoming-request.ts";
import type { BodyLength } from "../../http/body.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { Admission } from "./admission.ts";
import { Refusal } from "../../http/refusal.ts";
import type { Turns } from "../client/turns.ts";
import type { RequestRecord } from "../egress/request-record.ts";
import { type Hold, memoryOfText } from "../../http/hold.ts";

/** A request on its way through the proxy. */
export interface OngoingRequest extends IncomingRequest {
  readonly exchange: Exchange;
  readonly record: RequestRecord;
  readonly admission: Admission;
  /** What is held of it and for it, until the exchange is over */
  readonly hold: Hold;
}

/** The request as its handler reads on in it. */
export function toHandledRequest(request: OngoingRequest, turns: Turns): HandledRequest {
  const { record, exchange, hold } = request;
  const { body } = exchange;
  const next = async (): Promise<Buffer | undefined> => {
    body.ask?.();
    return body.next();
  };
  return {
    ...toRequestView(request),
    hold,
    next,
    readBody: async (maxBytes, memoryOf = memoryOfText) => {
      await hold.take(memoryOf(mostBytes(body.length, maxBytes)));
      const bytes = await readWhole(next, maxBytes);
      await turns.take();
      hold.shrinkTo(memoryOf(bytes.length));
      return bytes;
    },
    note: (facts) => record.note(given(facts)),
  };
}

/** What a body may come to. @throws Refusal 413 when it says that it's longer than may be read */
function mostBytes(length: BodyLength, maxBytes: number): number {
  if (length === "none") return 0;
  if (length === "unknown") return maxBytes;
  if (length > maxBytes) throw tooLong(maxBytes);
  return length;
}

async function readWhole(
  next: () => Promise<Buffer | undefined>,
  maxBytes: number,
): Promise<Buffer> {
  const pieces = new ChunkQueue();
  for (let piece = await next(); piece !== undefined; piece = await next()) {
    pieces.push(piece);
    if (pieces.size > maxBytes) throw tooLong(maxBytes);
  }
  return pieces.takeAll();
}

function tooLong(maxBytes: number): Refusal {
  const what = `the body is longer than the ${maxBytes} bytes that are looked through here`;
  return new Refusal(413, "limit-exceeded", what);
}
