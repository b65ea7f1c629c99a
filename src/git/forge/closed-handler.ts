// Everything else at a forge where some repository is closed (`read: false`): searches, lists, pages, other repositories.
// Host rules decide only what is known to show nothing of it.
import { closingRules, forgeRulesAt } from "../entry/closed-repositories.ts";
import type { GitPolicy } from "../entry/git-rules.ts";
import { type Handler, type HandlerTools, readingsOf } from "../../http/handler.ts";
import { createClosedRepositories } from "./closed-repositories.ts";

/** Goes behind the handlers that understand what is asked of repositories with entries. */
export function createClosedHandler(parts: {
  readonly policy: GitPolicy;
  readonly tools: HandlerTools;
}): Handler {
  const closed = createClosedRepositories(parts.tools);
  return {
    knowsReadings: true,
    match: ({ authority }) => {
      const rules = forgeRulesAt(parts.policy, authority);
      if (closingRules(rules).length === 0) return undefined;
      return {
        exclusive: true,
        handle: async (request, { isAllowed }) => {
          // Nothing is asked of the forge for what is refused anyway
          if (isAllowed) {
            for (const one of readingsOf(request)) await closed.checkRequest(one, rules, one.path);
          }
          return { type: "host-rules" };
        },
      };
    },
  };
}
