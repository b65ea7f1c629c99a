import type { HandledRequest } from "../../http/handler.ts";
import { headerValues } from "../../http/header-fields.ts";
import { memoryOfJson } from "../../http/hold.ts";
import { Refusal } from "../../http/refusal.ts";

/** The text of a body that isn't compressed. @throws Refusal */
async function readText(request: HandledRequest, maxBytes: number): Promise<string> {
  const codings = headerValues(request.head.headers, "content-encoding");
  if (codings.some((coding) => coding.toLowerCase() !== "identity")) {
    throw new Refusal(415, "request-invalid", "a compressed body can't be looked into");
  }
  const bytes = await request.readBody(maxBytes, memoryOfJson);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // The cause says nothing more
    throw new Refusal(400, "request-invalid", "the body is not UTF-8");
  }
}

/** The parsed body, undefined when there is none. @throws Refusal */
export async function readJson(request: HandledRequest, maxBytes: number): Promise<unknown> {
  const text = await readText(request, maxBytes);
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Its message quotes the body
    throw new Refusal(400, "request-invalid", "the body is not JSON");
  }
}
