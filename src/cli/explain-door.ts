import type { CompiledPolicy } from "../policy/decide.ts";
import type { EgressRequest } from "../policy/policy.ts";
import type { Authority } from "../proxy/authority.ts";
import { HeldBytes } from "../proxy/held-bytes.ts";
import type { DoorRequest, DoorTools } from "../proxy/doors/door.ts";
import { findDoor } from "../proxy/find-door.ts";
import type { HeaderField } from "../proxy/http1/header.ts";
import { Refusal } from "../proxy/refusal.ts";
import type { RequestTarget } from "../proxy/target.ts";
import { toSessionDoors } from "../sandbox/session-doors.ts";

/** What a door says of a request without its body. */
export type DoorVerdict =
  | { readonly verdict: "allow"; readonly repository?: string; readonly label?: string }
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

/** A request as the proxy's parsers read it. */
export interface Asked {
  readonly request: EgressRequest;
  readonly authority: Authority;
  readonly target: RequestTarget;
}

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
  parts: Asked & { readonly isAllowed: boolean; readonly gitCacheFolder: string },
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
        return { verdict: "allow", ...toFacts(noted) };
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

function toDoorRequest({ request, authority, target }: Asked, noted: Noted): DoorRequest {
  const { method, path } = request;
  return {
    head: {
      method,
      target: target.rawPath + target.query,
      version: "1.1",
      headers: toHeaders(method, path),
      body: method === "GET" || method === "HEAD" ? { kind: "none" } : { kind: "chunked" },
      expectsContinue: false,
      upgrade: request.websocket ? "websocket" : undefined,
      keepAlive: true,
    },
    authority,
    method,
    path,
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

/** As git and API clients send them. */
function toHeaders(method: string, path: string): readonly HeaderField[] {
  if (method === "GET" || method === "HEAD") return [];
  const service = /\/(git-(?:upload|receive)-pack)$/.exec(path)?.[1];
  const lfs = /\/info\/lfs\//.test(path) ? "application/vnd.git-lfs+json" : "application/json";
  const type = service === undefined ? lfs : `application/x-${service}-request`;
  return [["content-type", type]];
}

function notGiven(): Promise<never> {
  return Promise.reject(new NotGivenError("an explanation has no body and asks no upstream"));
}
