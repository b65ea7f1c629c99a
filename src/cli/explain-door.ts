import type { CompiledPolicy } from "../policy/decide.ts";
import { HeldBytes } from "../proxy/egress/held-bytes.ts";
import type { DoorRequest, DoorTools, ForwardPassage } from "../proxy/decide/handler.ts";
import { findDoor } from "../proxy/decide/find-handler.ts";
import { type HeaderField, headerValues } from "../http/http1/header.ts";
import type { RequestHead } from "../http/http1/request-head.ts";
import { Refusal } from "../http/refusal.ts";
import { toSessionDoors } from "../session/session-doors.ts";
import type { AskedRequest } from "./asked-request.ts";

/** What a door says of a request without its body. */
export type DoorVerdict =
  | {
      readonly verdict: "allow";
      readonly repository?: string;
      readonly label?: string;
      /** How it goes upstream; undefined when the proxy answers itself */
      readonly passage?: Omit<ForwardPassage, "release" | "body">;
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

/** The door asked for something that an explanation doesn't have. */
class NotGivenError extends Error {
  override readonly name = "NotGivenError";
}

/** No body is read. */
const nothingHeld = new HeldBytes();

/**
 * Asks the session's own doors, so that an explanation can't disagree with the proxy. Nothing is sent.
 * @param isAllowed whether host rules allow the request: then only exclusive doors are asked
 */
export async function explainDoor(
  policy: CompiledPolicy,
  parts: AskedRequest & { readonly isAllowed: boolean; readonly gitCacheFolder: string },
): Promise<DoorVerdict> {
  const { gitCacheFolder, isAllowed } = parts;
  const tools: DoorTools = { send: notGiven, openHold: () => nothingHeld.open() };
  const doors = toSessionDoors({ policy, gitCacheFolder, signing: undefined })(tools);
  const noted: Noted = {};
  const request = toDoorRequest(parts, noted);
  try {
    const { others = [] } = parts.request;
    const door = findDoor(doors, request, { isAllowed, others });
    if (door === undefined) return { verdict: "host-rules" };
    if (parts.request.websocket) {
      const why = "a websocket is not possible here";
      return { verdict: "deny", reason: "websocket-not-allowed", why, ...toFacts(noted) };
    }
    const passage = await door.pass(request, { isAllowed });
    switch (passage.type) {
      case "host-rules":
        return { verdict: "host-rules" };
      case "answer":
        return passage.refusal === undefined
          ? { verdict: "allow", ...toFacts(noted) }
          : { verdict: "deny", reason: passage.refusal, why: "", ...toFacts(noted) };
      case "forward":
        await passage.release?.();
        return { verdict: "allow", passage, ...toFacts(noted) };
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

function toDoorRequest(
  { request, head, authority, target }: AskedRequest,
  noted: Noted,
): DoorRequest {
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
    readings: target.doorReadings,
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
