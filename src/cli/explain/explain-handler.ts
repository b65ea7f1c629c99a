import { given } from "../../base/given.ts";
import type {
  ForwardDisposition,
  HandledRequest,
  Handler,
  HandlerTools,
} from "../../http/handler.ts";
import type { HttpRequest } from "../../http/http-request.ts";
import { type IncomingRequest, toRequestView } from "../../http/incoming-request.ts";
import { Refusal } from "../../http/refusal.ts";
import type { EgressPolicy } from "../../policy/policy.ts";
import type { RequestDisposition } from "../../proxy/decide/decide-request.ts";
import { HeldBytes } from "../../proxy/egress/held-bytes.ts";
import { openSessionHandlers } from "../../session/session-handlers.ts";
import { type HeaderField, headerValues } from "../../http/header-fields.ts";

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
const nothingDisabled = new HeldBytes();

/** The handlers of a session that signs nothing; they send nothing. */
export async function openExplainedHandlers(
  policy: EgressPolicy,
  stateFolder: string,
): Promise<readonly Handler[]> {
  const tools: HandlerTools = { send: notGiven, openHold: () => nothingDisabled.open() };
  const open = await openSessionHandlers({ policy, stateFolder });
  return open(tools);
}

/** What a session's handler says of a request whose body isn't known. Nothing is sent. */
export async function explainHandler(
  incoming: IncomingRequest,
  { handle, otherwise }: Extract<RequestDisposition, { type: "handle" }>,
): Promise<HandlerVerdict> {
  const noted: Noted = {};
  try {
    const isAllowed = !(otherwise instanceof Refusal);
    const disposition = await handle(toHandledRequest(incoming, noted), { isAllowed });
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
    ...given({ repository, label: rule }),
  };
}

function toHandledRequest(incoming: IncomingRequest, noted: Noted): HandledRequest {
  const view = toRequestView(incoming);
  const { head, method, path } = view;
  return {
    ...view,
    head: {
      ...head,
      headers: [...head.headers, ...toMissingHeaders(head, path)],
      body: method === "GET" || method === "HEAD" ? head.body : "unknown",
    },
    next: notGiven,
    readBody: notGiven,
    hold: nothingDisabled.open(),
    note: ({ repository, rule }) => {
      if (repository !== undefined) noted.repository = repository;
      if (rule !== undefined) noted.rule = rule;
    },
  };
}

/** What git and API clients send, and the user didn't write. */
function toMissingHeaders({ method, headers }: HttpRequest, path: string): readonly HeaderField[] {
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
