import type { OtherPath } from "../../http/other-path.ts";
import {
  type Handler,
  type HandlerMatch,
  type RequestView,
  readingsOf,
} from "../../http/handler.ts";
import { Refusal } from "../../http/refusal.ts";
import { hasContent } from "../../http/body.ts";

/**
 * The handler that decides a request: the first that claims it alone, or that claims what host rules don't allow.
 * @throws Refusal when it decides one of several resources or readings of a path, or a body that no such client sends
 */
export function findHandler(
  handlers: readonly Handler[],
  request: RequestView,
  facts: { readonly isAllowed: boolean; readonly others: readonly OtherPath[] },
): HandlerMatch | undefined {
  const others = facts.others.filter(({ needs }) => needs === "allowed");
  for (const handler of handlers) {
    const matches = readingsOf(request).map((reading) => handler.match(reading));
    const found = matches.find((match) => match && (match.exclusive || !facts.isAllowed));
    if ((found !== undefined && others.length > 0) || matchesAnother(handler, request, others)) {
      throw refused(request, "a git: entry decides one of the two resources that it names");
    }
    if (found === undefined) continue;
    if (request.readings.length > 0 && handler.knowsReadings !== true) {
      throw refused(
        request,
        "servers read its path in different ways, and a git: entry decides one of them; write it plainly",
      );
    }
    refuseBody(request);
    return found;
  }
  return undefined;
}

/** Handlers read parameters in the query of a GET; a forge may look for them in its body too. */
function refuseBody(request: RequestView): void {
  if (request.method !== "GET" || !hasContent(request.head.body)) return;
  throw refused(request, "a GET request with a body is not understood where a git: entry decides");
}

function matchesAnother(
  handler: Handler,
  request: RequestView,
  others: readonly OtherPath[],
): boolean {
  return others.some(
    ({ path }) => handler.match({ ...request, path, rawPath: path, query: "" })?.exclusive,
  );
}

function refused({ method }: RequestView, why: string): Refusal {
  return new Refusal(403, "git-not-allowed", `refused ${method}: ${why}`);
}
