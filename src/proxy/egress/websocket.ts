import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { type ByteSource, drained } from "../byte-source.ts";
import type { ClientSide } from "../client/client-side.ts";
import { within } from "../deadlines.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";
import { headerValues, listMembers } from "../../http/header-fields.ts";
import type { ResponseHead } from "../../http/http1/response-head.ts";
import { statusLine } from "../../http/http1/serialize.ts";
import { proxyLimits } from "../limits.ts";
import { Refusal } from "../../http/refusal.ts";
import { withoutEcho } from "./refuse-echo.ts";
import { toOutcome } from "./request-record.ts";
import type { SessionLimiter } from "../decide/session-limiter.ts";
import type { UpstreamConnection } from "../upstream/upstream-pool.ts";

/** RFC 6455, section 1.3. */
const acceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What the client may see of the handshake's answer. */
const forwarded = ["sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-extensions"];

/**
 * Completes a handshake that the client asked for and a rule allowed, then passes bytes both ways until one side ends.
 * @throws Refusal 502 `upstream-invalid` when the answer isn't one to this handshake
 */
export async function relayWebSocket(parts: {
  readonly client: ClientSide;
  readonly upstream: UpstreamConnection;
  readonly response: ResponseHead;
  readonly request: ForwardedRequest;
  readonly limiter: SessionLimiter;
}): Promise<void> {
  const { client, upstream, response, request, limiter } = parts;
  const { record } = request;
  client.socket.write(handshakeAnswer(request, response), "latin1");
  record.status = 101;
  // A side that has ended may still be answered: the pipes see it, in order
  client.source.onEnd(undefined);
  const isAlive = (): void => {
    within(client.deadline, proxyLimits.webSocketIdleMs);
    within(upstream.deadline, proxyLimits.webSocketIdleMs);
  };
  isAlive();
  const up = pipe(client.source, upstream.socket, (bytes) => {
    isAlive();
    limiter.countUpload(bytes);
    record.bytesUp += bytes;
  });
  const down = pipe(upstream.source, client.socket, (bytes) => {
    isAlive();
    record.bytesDown += bytes;
  });
  // Once one side has ended, the other gets the time of a close handshake. The end of the client isn't passed on before
  // that: many servers drop the answer to a last frame when the connection's end comes with it
  const first = await Promise.race([up, down.finally(() => client.socket.end())]);
  if (first === undefined) {
    await Promise.race([Promise.all([up, down]), pause(proxyLimits.closeHandshakeMs)]);
  }
  upstream.socket.destroy();
  record.end(first === undefined ? "completed" : toOutcome(first), first?.reason);
}

function handshakeAnswer(request: ForwardedRequest, response: ResponseHead): string {
  const [key = ""] = headerValues(request.head.headers, "sec-websocket-key");
  const expected = createHash("sha1")
    .update(key + acceptGuid)
    .digest("base64");
  const isAnswer =
    headerValues(response.headers, "sec-websocket-accept").join() === expected &&
    headerValues(response.headers, "upgrade").join().toLowerCase() === "websocket" &&
    listMembers(headerValues(response.headers, "connection")).includes("upgrade");
  if (!isAnswer) {
    throw new Refusal(502, "upstream-invalid", "the upstream's websocket handshake is not valid");
  }
  let text = `${statusLine(101)}Connection: Upgrade\r\nUpgrade: websocket\r\n`;
  const kept = response.headers.filter(([name]) => forwarded.includes(name.toLowerCase()));
  for (const [name, value] of withoutEcho(kept, request)) text += `${name}: ${value}\r\n`;
  return `${text}\r\n`;
}

/** Resolves at the end of `from`, with the refusal if `count` threw one; never rejects. */
async function pipe(
  from: ByteSource,
  to: Duplex,
  count: (bytes: number) => void,
): Promise<Refusal | undefined> {
  try {
    for (;;) {
      const chunk = await from.next();
      if (chunk === undefined) break;
      count(chunk.length);
      if (!to.write(chunk)) await drained(to);
    }
    return undefined;
  } catch (error) {
    // Either side may break a websocket at any time; the outcome record says how much went through
    to.destroy();
    return error instanceof Refusal ? error : undefined;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
