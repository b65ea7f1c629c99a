import { parseStrictJson } from "../../../git/strict-json.ts";
import { hasContent } from "../../client-body.ts";
import { headerValues } from "../../http1/header.ts";
import { Refusal } from "../../refusal.ts";
import type { DoorRequest } from "../door.ts";

/** Bytes of one body: a file of 18 MB in base64. Larger ones can be pushed; blobs (git/blobs) aren't read at all. */
const maxBodyBytes = 25 * 1024 * 1024;

/** Bytes of all bodies that are held at one time: each takes about four times its size while it's read. */
const maxHeldBytes = 32 * 1024 * 1024;

/** A body that was read; `release` when it's no longer held. */
export interface JsonBody {
  readonly bytes: Buffer;
  /** Null when the request has none */
  readonly value: unknown;
  readonly release: () => void;
}

/** Reads JSON bodies of one session. @throws Refusal */
export type JsonBodyReader = (request: DoorRequest) => Promise<JsonBody>;

/** Remembers how much is held. */
export function createJsonBodyReader(
  limits: {
    readonly maxBodyBytes: number;
    readonly maxHeldBytes: number;
  } = { maxBodyBytes, maxHeldBytes },
): JsonBodyReader {
  let heldBytes = 0;
  return async (request) => {
    const { body } = request.head;
    checkJsonBody(request);
    const reserved =
      body.kind === "length" ? body.length : body.kind === "none" ? 0 : limits.maxBodyBytes;
    if (reserved > limits.maxBodyBytes) throw tooLong(limits.maxBodyBytes);
    if (heldBytes + reserved > limits.maxHeldBytes) {
      throw new Refusal(
        503,
        "limit-exceeded",
        "too many large requests to a forge's API at one time; try again when they are done",
      );
    }
    heldBytes += reserved;
    let isHeld = true;
    const release = () => {
      if (isHeld) heldBytes -= reserved;
      isHeld = false;
    };
    try {
      const bytes = await request.readBody(limits.maxBodyBytes);
      return { bytes, value: parseBody(bytes), release };
    } catch (error) {
      release();
      throw error;
    }
  };
}

/**
 * Whether the upstream will take the body for what it's read as here, or for JSON at least where it isn't read: no coding,
 * UTF-8, and a content type of JSON. As a form, or without a type, Rack looks for `_method` in it.
 * @throws Refusal
 */
export function checkJsonBody({ head }: DoorRequest): void {
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

function tooLong(maxBytes: number): Refusal {
  return new Refusal(
    413,
    "limit-exceeded",
    `the body is longer than the ${maxBytes} bytes that are looked through here`,
  );
}
