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
    const { owner = { name: "a handler", reason: "request-invalid" } } = handler;
    const refused = (why: string): Refusal =>
      new Refusal(403, owner.reason, `refused ${request.method}: ${why}`);
    if ((found !== undefined && others.length > 0) || matchesAnother(handler, request, others)) {
      throw refused(`${owner.name} decides one of the two resources that it names`);
    }
    if (found === undefined) continue;
    if (request.readings.length > 0 && handler.knowsReadings !== true) {
      throw refused(
        `servers read its path in different ways, and ${owner.name} decides one of them; write it plainly`,
      );
    }
    // Handlers read parameters in the query of a GET; a server may look for them in its body too
    if (request.method === "GET" && hasContent(request.head.body)) {
      throw refused(`a GET request with a body is not understood where ${owner.name} decides`);
    }
    return found;
  }
  return undefined;
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
