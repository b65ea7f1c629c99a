import { ChunkQueue } from "../base/chunk-queue.ts";
import { isFields, parseJson, shapeOf } from "../base/shape.ts";
import { headerValues, withoutHeader } from "../http/header-fields.ts";
import type { HttpResponse } from "../http/exchange.ts";
import { Refusal } from "../http/refusal.ts";
import type { ResponseChange, ResponseTransform } from "../http/handler.ts";
import { type Hold, memoryOfText } from "../http/hold.ts";

type Plain = Readonly<Record<string, unknown>>;

const jsonObject = shapeOf<Plain>("write its fields", isFields);

/** Whether an answer is JSON. */
export function isJsonAnswer(head: HttpResponse): boolean {
  const [type = ""] = headerValues(head.headers, "content-type");
  return /^application\/(?:[\w.+-]*\+)?json\b/i.test(type);
}

/**
 * Rewrites what a successful answer says. One in another form (JSONP, which GitHub gives for `?callback=`) is refused:
 * what has to be cut out is in it too.
 */
export function rewriteAnswers(options: {
  readonly maxBytes: number;
  readonly rewrite: (plain: Plain) => Plain;
}): ResponseTransform {
  return {
    begin: (head, hold) => {
      if (head.status < 200 || head.status > 299) return undefined;
      if (isJsonAnswer(head) && head.status !== 206) return rewriteJson(head, hold, options);
      const what = "the upstream's answer can't be used: it is not whole, or not JSON";
      throw new Refusal(502, "upstream-invalid", what);
    },
  };
}

/**
 * Holds a JSON answer back until its end, and gives another one instead. Its text is in no error: it holds secrets.
 * @throws Refusal when it's compressed, although the request said not to
 */
export function rewriteJson(
  head: HttpResponse,
  hold: Hold,
  options: { readonly maxBytes: number; readonly rewrite: (plain: Plain) => Plain },
): ResponseChange {
  const codings = headerValues(head.headers, "content-encoding");
  if (codings.some((coding) => coding.toLowerCase() !== "identity")) {
    throw new Refusal(
      502,
      "upstream-invalid",
      "the upstream's answer can't be used: it is compressed, which was not asked for",
    );
  }
  const pieces = new ChunkQueue();
  return {
    headers: withoutHeader(head.headers, "content-encoding"),
    push: (piece) => {
      if (pieces.size + piece.length > options.maxBytes)
        throw new Error("the answer is too long to be looked into");
      hold.grow(memoryOfText(piece.length));
      pieces.push(piece);
      return Buffer.alloc(0);
    },
    end: () => {
      const plain = parseJson(pieces.takeAll().toString("utf8"), jsonObject);
      if (plain === undefined) throw new Error("the answer is no JSON object");
      return Buffer.from(JSON.stringify(options.rewrite(plain)));
    },
  };
}
