import type { ClientSide } from "../client/client-side.ts";
import type { AnswerDisposition } from "../../http/handler.ts";
import { statusLine } from "../../http/http1/serialize.ts";
import type { OngoingRequest } from "./handled-request.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { withoutEcho } from "../egress/refuse-echo.ts";
import { Refusal } from "../../http/refusal.ts";

/** Records what a handler answers itself, then answers. The connection is kept when the whole request was read. */
export async function answerThroughHandler(
  { echoes }: ProxyContext,
  client: ClientSide,
  request: OngoingRequest & { readonly answer: AnswerDisposition },
): Promise<"keep" | "close"> {
  const { head, record, body, answer } = request;
  const { status } = answer;
  withoutEcho(answer.headers, { echoes, secrets: [] });
  if (echoes.isIn(answer.body.toString("latin1"))) {
    throw new Refusal(502, "internal-error", "the answer is not given: it repeats a credential");
  }
  if (answer.refusal === undefined) {
    await record.allow();
    record.status = status;
    record.bytesDown = answer.body.length;
  } else {
    await record.refuse(new Refusal(403, answer.refusal, "refused by a handler"), status);
  }
  const keeps = head.keepAlive && body.isDone;
  let text = statusLine(status);
  for (const [name, value] of answer.headers) text += `${name}: ${value}\r\n`;
  text += `Content-Length: ${answer.body.length}\r\n`;
  if (!keeps) text += "Connection: close\r\n";
  client.socket.write(Buffer.concat([Buffer.from(`${text}\r\n`, "latin1"), answer.body]));
  record.end("completed");
  return keeps ? "keep" : "close";
}
