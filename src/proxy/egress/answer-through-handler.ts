import { bufferedBody } from "../../http/body.ts";
import type { AnswerDisposition } from "../../http/handler.ts";
import { Refusal } from "../../http/refusal.ts";
import type { OngoingRequest } from "../decide/handled-request.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { toTransforms, transformAnswer } from "./transforms.ts";

/** Records the decision of what a handler answers itself, then answers. */
export async function answerThroughHandler(
  { echoes }: ProxyContext,
  { exchange, record, hold }: OngoingRequest,
  { status, headers, body: content, refusal }: AnswerDisposition,
): Promise<void> {
  const search = { echoes, secrets: [] };
  const steps = toTransforms({ handler: undefined, learn: undefined, search });
  const { head, body } = transformAnswer(
    { head: { status, headers }, body: bufferedBody(content) },
    steps,
    hold,
  );
  // All of it is there: its body is searched too
  if (echoes.isIn(content.toString("latin1"))) {
    throw new Refusal(502, "internal-error", "the answer is not given: it repeats a credential");
  }
  if (refusal === undefined) {
    await record.allow();
    record.status = status;
  } else {
    await record.refuse(new Refusal(403, refusal, "refused by a handler"), status);
  }
  await exchange.respond(head, body, record);
}
