import { parseStrictJson } from "../strict-json.ts";
import { headerValues } from "../../http/header-fields.ts";
import { Refusal } from "../../http/refusal.ts";
import type { HandledRequest } from "../../http/handler.ts";
import { memoryOfJson } from "../../http/hold.ts";
import { hasContent } from "../../http/body.ts";

/** Bytes of one body: a file of 18 MB in base64. Larger ones can be pushed; blobs (git/blobs) aren't read at all. */
const maxBodyBytes = 25 * 1024 * 1024;

/** A body that was read. */
export interface JsonBody {
  readonly bytes: Buffer;
  /** Null when the request has none */
  readonly value: unknown;
}

/**
 * @param memoryOf what a body of so many bytes takes while it's looked into
 * @throws Refusal
 */
export async function readJsonBody(
  request: HandledRequest,
  memoryOf: (bytes: number) => number = memoryOfJson,
): Promise<JsonBody> {
  checkJsonBody(request);
  const bytes = await request.readBody(maxBodyBytes, memoryOf);
  return { bytes, value: parseBody(bytes) };
}

/**
 * Whether the upstream will take the body for what it's read as here, or for JSON at least where it isn't read: no coding,
 * UTF-8, and a content type of JSON. As a form, or without a type, Rack looks for `_method` in it.
 * @throws Refusal
 */
export function checkJsonBody({ head }: HandledRequest): void {
  const codings = headerValues(head.headers, "content-encoding");
  if (codings.length > 0) {
    throw new Refusal(415, "request-invalid", "a request body with a content-encoding is not read");
  }
  const types = headerValues(head.headers, "content-type");
  if (!hasContent(head.body) && types.length === 0) return;
  const shape = /^application\/(?:[\w.-]+\+)?json(?:\s*;\s*charset="?utf-8"?)?\s*$/i;
  if (types.length === 1 && shape.test(types[0]!)) return;
  throw new Refusal(
    415,
    "request-invalid",
    "a request body for this API must be sent as Content-Type: application/json",
  );
}

function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return null;
  const json = parseStrictJson(bytes);
  if (json.fault === undefined) return json.value;
  throw new Refusal(400, "request-invalid", `the body cannot be read for sure: ${json.fault}`);
}
