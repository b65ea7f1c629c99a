import type { Duplex } from "node:stream";
import { drained } from "../byte-source.ts";
import type { ClientSide } from "../client/client-side.ts";
import { within } from "../deadlines.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";
import type { BodyTransform } from "../../http/handler.ts";
import { type BodyReader, readBody } from "../../http/http1/body-reader.ts";
import { lastChunk, toChunk } from "../../http/http1/chunked-decoder.ts";
import type { ResponseFraming, ResponseHead } from "../../http/http1/response-head.ts";
import { isRechunked, serializeResponse } from "../../http/http1/serialize.ts";
import { proxyLimits } from "../limits.ts";
import { phraseWithoutEcho, withoutEcho } from "./refuse-echo.ts";
import type { UpstreamConnection } from "../upstream/upstream-pool.ts";
import { writePiece } from "./write-piece.ts";

/** The response broke off after its head was sent: the client's connection must break too, or it would look complete. */
export class ResponseBroken extends Error {
  readonly side: "client" | "upstream";

  constructor(side: "client" | "upstream", cause: unknown) {
    super(`the ${side} broke off the response`, { cause });
    this.side = side;
  }
}

export interface RelayedResponse {
  readonly client: ClientSide;
  readonly upstream: UpstreamConnection;
  readonly request: ForwardedRequest;
  readonly response: ResponseHead;
  readonly framing: ResponseFraming;
  readonly close: boolean;
}

/**
 * Streams the response to the client piece by piece as it comes (events of an event stream are never held back), as
 * fast as the client takes it.
 * @throws ResponseBroken
 */
export async function relayResponse(relayed: RelayedResponse): Promise<void> {
  const { client, upstream, request, framing } = relayed;
  const { record, head } = request;
  const transform = request.transform?.begin(relayed.response, request.hold);
  const headers = transform?.headers ?? relayed.response.headers;
  // The length of a body that is changed isn't known before its end
  const outFraming: ResponseFraming =
    transform === undefined || framing.kind === "none" ? framing : { kind: "until-close" };
  const text = serializeResponse({
    head: {
      ...relayed.response,
      phrase: phraseWithoutEcho(relayed.response.phrase, request),
      headers: withoutEcho(headers, request),
    },
    framing: outFraming,
    requestMethod: head.method,
    clientVersion: head.version,
    close: relayed.close,
  });
  request.learn(relayed.response);
  record.status = relayed.response.status;
  const isChunked = isRechunked({ framing: outFraming, clientVersion: head.version });
  const reader = transformed(readBody(upstream.source, framing, "upstream"), transform);
  const hasBody = framing.kind !== "none" && !(framing.kind === "length" && framing.length === 0);
  let pending: string | undefined = text;
  if (!hasBody || upstream.source.buffered === 0) {
    client.socket.write(text, "latin1");
    pending = undefined;
  }
  while (hasBody) {
    const piece = await nextPiece(upstream, reader);
    if (piece === undefined) break;
    record.bytesDown += piece.length;
    const bytes = isChunked ? toChunk(piece) : piece;
    await send(
      client.socket,
      pending === undefined ? bytes : Buffer.concat([Buffer.from(pending, "latin1"), bytes]),
    );
    pending = undefined;
  }
  if (isChunked)
    client.socket.write(pending === undefined ? lastChunk : pending + lastChunk, "latin1");
  else if (pending !== undefined) client.socket.write(pending, "latin1");
  if (client.socket.destroyed) throw new ResponseBroken("client", undefined);
  // A client that sends requests and reads no answers must not fill our memory with them
  if (client.socket.writableNeedDrain) await untilDrained(client.socket);
}

/** The body as it goes to the client; a transform that holds everything back gives empty pieces, which aren't sent. */
function transformed(reader: BodyReader, transform: BodyTransform | undefined): BodyReader {
  if (transform === undefined) return reader;
  let ended = false;
  return {
    next: async () => {
      while (!ended) {
        const piece = await reader.next();
        ended = piece === undefined;
        const out = await (piece === undefined ? transform.end() : transform.push(piece));
        if (out.length > 0) return out;
      }
      return undefined;
    },
  };
}

async function nextPiece(
  upstream: UpstreamConnection,
  reader: { next: () => Promise<Buffer | undefined> },
): Promise<Buffer | undefined> {
  within(upstream.deadline, proxyLimits.responseBodyIdleMs);
  try {
    return await reader.next();
  } catch (error) {
    throw new ResponseBroken("upstream", error);
  }
}

async function send(socket: Duplex, bytes: Buffer): Promise<void> {
  if (!writePiece(socket, bytes)) await untilDrained(socket);
}

async function untilDrained(socket: Duplex): Promise<void> {
  try {
    await drained(socket);
  } catch (error) {
    throw new ResponseBroken("client", error);
  }
}
