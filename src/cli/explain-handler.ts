import type { CompiledPolicy } from "../policy/decide.ts";
import { HeldBytes } from "../proxy/egress/held-bytes.ts";
import type { HandledRequest, HandlerTools, ForwardDisposition } from "../http/handler.ts";
import { findHandler } from "../proxy/decide/find-handler.ts";
import { type HeaderField, headerValues } from "../http/http1/header.ts";
import type { RequestHead } from "../http/http1/request-head.ts";
import { Refusal } from "../http/refusal.ts";
import { toSessionHandlers } from "../session/session-handlers.ts";
import type { AskedRequest } from "./asked-request.ts";

/** What a handler says of a request without its body. */
export type HandlerVerdict =
  | {
      readonly verdict: "allow";
      readonly repository?: string;
      readonly label?: string;
      /** How it goes upstream; undefined when the proxy answers itself */
      readonly disposition?: Omit<ForwardDisposition, "release" | "body">;
    }
  | {
      readonly verdict: "deny";
      readonly reason: string;
      readonly why: string;
      readonly repository?: string;
      readonly label?: string;
    }
  /** The body decides, or what the upstream says of it */
  | { readonly verdict: "depends"; readonly repository?: string; readonly label?: string }
  | { readonly verdict: "host-rules" };

interface Noted {
  repository?: string;
  rule?: string;
}

/** The handler asked for something that an explanation doesn't have. */
class NotGivenError extends Error {
  override readonly name = "NotGivenError";
}

/** No body is read. */
const nothingHeld = new HeldBytes();

/**
 * Asks the session's own handlers, so that an explanation can't disagree with the proxy. Nothing is sent.
 * @param isAllowed whether host rules allow the request: then only exclusive handlers are asked
 */
export async function explainHandler(
  policy: CompiledPolicy,
  parts: AskedRequest & { readonly isAllowed: boolean; readonly gitCacheFolder: string },
): Promise<HandlerVerdict> {
  const { gitCacheFolder, isAllowed } = parts;
  const tools: HandlerTools = { send: notGiven, openHold: () => nothingHeld.open() };
  const handlers = toSessionHandlers({ policy, gitCacheFolder, signing: undefined })(tools);
  const noted: Noted = {};
  const request = toHandledRequest(parts, noted);
  try {
    const { others = [] } = parts.request;
    const handler = findHandler(handlers, request, { isAllowed, others });
    if (handler === undefined) return { verdict: "host-rules" };
    if (parts.request.websocket) {
      const why = "a websocket is not possible here";
      return { verdict: "deny", reason: "websocket-not-allowed", why, ...toFacts(noted) };
    }
    const disposition = await handler.pass(request, { isAllowed });
    switch (disposition.type) {
      case "host-rules":
        return { verdict: "host-rules" };
      case "answer":
        return disposition.refusal === undefined
          ? { verdict: "allow", ...toFacts(noted) }
          : { verdict: "deny", reason: disposition.refusal, why: "", ...toFacts(noted) };
      case "forward":
        await disposition.release?.();
        return { verdict: "allow", disposition, ...toFacts(noted) };
    }
  } catch (error) {
    if (error instanceof NotGivenError) return { verdict: "depends", ...toFacts(noted) };
    if (!(error instanceof Refusal)) throw error;
    return { verdict: "deny", reason: error.reason, why: error.message, ...toFacts(noted) };
  }
}

function toFacts({ repository, rule }: Noted): { repository?: string; label?: string } {
  return {
    ...(repository === undefined ? {} : { repository }),
    ...(rule === undefined ? {} : { label: rule }),
  };
}

function toHandledRequest(
  { request, head, authority, target }: AskedRequest,
  noted: Noted,
): HandledRequest {
  const { method, path } = request;
  return {
    head: {
      ...head,
      headers: [...head.headers, ...toMissingHeaders(head, path)],
      body: method === "GET" || method === "HEAD" ? head.body : { kind: "chunked" },
    },
    authority,
    method,
    path,
    readings: target.handlerReadings,
    rawPath: target.rawPath,
    query: target.query,
    next: notGiven,
    readBody: notGiven,
    hold: nothingHeld.open(),
    note: ({ repository, rule }) => {
      if (repository !== undefined) noted.repository = repository;
      if (rule !== undefined) noted.rule = rule;
    },
  };
}

/** What git and API clients send, and the user didn't write. */
function toMissingHeaders({ method, headers }: RequestHead, path: string): readonly HeaderField[] {
  if (method === "GET" || method === "HEAD") return [];
  if (headerValues(headers, "content-type").length > 0) return [];
  const service = /\/(git-(?:upload|receive)-pack)$/.exec(path)?.[1];
  const lfs = /\/info\/lfs\//.test(path) ? "application/vnd.git-lfs+json" : "application/json";
  const type = service === undefined ? lfs : `application/x-${service}-request`;
  return [["content-type", type]];
}

function notGiven(): Promise<never> {
  return Promise.reject(new NotGivenError("an explanation has no body and asks no upstream"));
}
