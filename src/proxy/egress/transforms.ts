// What changes an answer on its way to the client: a list, in order, for every answer there is. One more step is an entry.
import { type Body, hasContent } from "../../http/body.ts";
import type { HttpResponse } from "../../http/exchange.ts";
import type { BodyTransform, ResponseTransform } from "../../http/handler.ts";
import type { HeaderField } from "../../http/header-fields.ts";
import type { Hold } from "../../http/hold.ts";
import { type EchoSearch, refuseEcho } from "./refuse-echo.ts";

/** An answer that nobody has read yet. */
export interface UnreadAnswer {
  readonly head: HttpResponse;
  readonly body: Body;
}

/** The steps for the answer to one request. */
export function toTransforms(parts: {
  /** Of the handler that decided the request */
  readonly handler: ResponseTransform | undefined;
  /** Told the headers of the answer */
  readonly learn: ((headers: readonly HeaderField[]) => void) | undefined;
  readonly search: EchoSearch;
}): readonly ResponseTransform[] {
  const { handler, learn, search } = parts;
  const steps = [refuseEcho(search)];
  if (handler !== undefined) steps.unshift(handler);
  if (learn !== undefined) steps.push(learning(learn));
  return steps;
}

/** The cookies that an answer sets may come back. */
function learning(learn: (headers: readonly HeaderField[]) => void): ResponseTransform {
  return {
    begin: ({ headers }) => {
      learn(headers);
      return undefined;
    },
  };
}

/**
 * The answer as it goes on.
 * @param hold what is held back for it
 * @throws Refusal to answer with that instead
 */
export function transformAnswer(
  answer: UnreadAnswer,
  transforms: readonly ResponseTransform[],
  hold: Hold,
): UnreadAnswer {
  let { head, body } = answer;
  for (const transform of transforms) {
    const change = transform.begin(head, hold);
    const trailers = body.trailers === undefined ? undefined : transform.trailers;
    if (trailers !== undefined) body = withTrailers(body, trailers);
    if (change === undefined) continue;
    const { headers = head.headers, dropsPhrase, push, end } = change;
    head = { status: head.status, headers, phrase: dropsPhrase ? undefined : head.phrase };
    if (push !== undefined && end !== undefined && hasContent(body.length)) {
      body = new ChangedBody(body, { push, end });
    }
  }
  return { head, body };
}

/** The body with what a step makes of the fields behind it. */
function withTrailers(body: Body, change: NonNullable<ResponseTransform["trailers"]>): Body {
  return {
    length: body.length,
    get isReady() {
      return body.isReady === true;
    },
    get trailers() {
      return change(body.trailers ?? []);
    },
    next: () => body.next(),
  };
}

/** A step that holds everything back gives empty pieces, which aren't sent. Its length isn't known before its end. */
class ChangedBody implements Body {
  readonly length = "unknown";
  readonly #body: Body;
  readonly #transform: BodyTransform;
  #ended = false;

  constructor(body: Body, transform: BodyTransform) {
    this.#body = body;
    this.#transform = transform;
  }

  get isReady(): boolean {
    return this.#body.isReady === true;
  }

  get trailers(): Body["trailers"] {
    return this.#body.trailers;
  }

  async next(): Promise<Buffer | undefined> {
    const { push, end } = this.#transform;
    while (!this.#ended) {
      const piece = await this.#body.next();
      this.#ended = piece === undefined;
      const out = await (piece === undefined ? end() : push(piece));
      if (out.length > 0) return out;
    }
    return undefined;
  }
}
