import { serializeOwnResponse } from "../../src/http/http1/serialize.ts";
import type { Refusal } from "../../src/http/refusal.ts";
import { type RefusalFormat, refusalResponse } from "../../src/proxy/client/refusal-response.ts";

/** A refusal as a client of HTTP/1 gets it. */
export function toRefusalText(refusal: Refusal, format: RefusalFormat): string {
  const { head, body } = refusalResponse(refusal, format);
  return serializeOwnResponse(head, body);
}
