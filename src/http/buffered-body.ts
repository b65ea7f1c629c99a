import { headerValues } from "./header-fields.ts";
import { Refusal } from "./refusal.ts";
import type { HandledRequest, OutgoingBody } from "./handler.ts";
import { memoryOfJson } from "./hold.ts";

/** Bytes of one piece: TLS makes a copy of all that it's given at once. */
const pieceBytes = 64 * 1024;

/** A body that is all there. */
export function bufferedBody(content: string | Buffer): OutgoingBody {
  let rest = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  return {
    length: rest.length,
    next: () => {
      if (rest.length === 0) return Promise.resolve(undefined);
      const piece = rest.subarray(0, pieceBytes);
      rest = rest.subarray(pieceBytes);
      return Promise.resolve(piece);
    },
  };
}

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
