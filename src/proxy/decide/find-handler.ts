import type { OtherPath } from "../../policy/other-path.ts";
import { hasContent } from "../client/client-body.ts";
import type { Handler, HandledRequest } from "../../http/handler.ts";
import { Refusal } from "../../http/refusal.ts";

/**
 * The handler that decides a request: the first that claims it alone, or that claims what host rules don't allow.
 * @throws Refusal when it decides one of several resources or readings of a path, or a body that no such client sends
 */
export function findHandler(
  handlers: readonly Handler[],
  request: HandledRequest,
  facts: { readonly isAllowed: boolean; readonly others: readonly OtherPath[] },
): Handler | undefined {
  const others = facts.others.filter(({ needs }) => needs === "allowed");
  for (const handler of handlers) {
    const claims = readingsOf(request).map((reading) => handler.claim(reading));
    const decides = claims.some((claim) => claim && (claim.exclusive || !facts.isAllowed));
    if ((decides && others.length > 0) || claimsAnother(handler, request, others)) {
      throw refused(request, "a git: entry decides one of the two resources that it names");
    }
    if (!decides) continue;
    if (request.readings.length > 0 && handler.knowsReadings !== true) {
      throw refused(
        request,
        "servers read its path in different ways, and a git: entry decides one of them; write it plainly",
      );
    }
    refuseBody(request);
    return handler;
  }
  return undefined;
}

/** The request with each path that a server may take its own for, its own first. */
export function readingsOf(
  request: HandledRequest,
): readonly [HandledRequest, ...HandledRequest[]] {
  return [
    { ...request, readings: [] },
    ...request.readings.map((path) => ({ ...request, path, rawPath: path, readings: [] })),
  ];
}

/** Handlers read parameters in the query of a GET; a forge may look for them in its body too. */
function refuseBody(request: HandledRequest): void {
  if (request.method !== "GET" || !hasContent(request.head.body)) return;
  throw refused(request, "a GET request with a body is not understood where a git: entry decides");
}

function claimsAnother(
  handler: Handler,
  request: HandledRequest,
  others: readonly OtherPath[],
): boolean {
  return others.some(
    ({ path }) => handler.claim({ ...request, path, rawPath: path, query: "" })?.exclusive,
  );
}

function refused({ method }: HandledRequest, why: string): Refusal {
  return new Refusal(403, "git-not-allowed", `refused ${method}: ${why}`);
}
