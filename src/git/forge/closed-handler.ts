// Everything else at a forge where some repository is closed (`read: false`): searches, lists, pages, other repositories.
// Host rules decide only what is known to show nothing of it.
import { closingRules, forgeRulesAt } from "../../policy/closed-repositories.ts";
import type { GitPolicy } from "../../policy/git-rules.ts";
import { readingsOf } from "../../proxy/decide/find-handler.ts";
import type { Handler, HandlerTools } from "../../http/handler.ts";
import { createClosedRepositories } from "./closed-repositories.ts";

/** Goes behind the handlers that understand what is asked of repositories with entries. */
export function createClosedHandler(parts: {
  readonly policy: GitPolicy;
  readonly tools: HandlerTools;
}): Handler {
  const closed = createClosedRepositories(parts.tools);
  return {
    knowsReadings: true,
    claim: ({ authority }) => {
      const rules = forgeRulesAt(parts.policy, authority);
      return closingRules(rules).length > 0 ? { exclusive: true } : undefined;
    },
    pass: async (request, { isAllowed }) => {
      const rules = forgeRulesAt(parts.policy, request.authority);
      // Nothing is asked of the forge for what is refused anyway
      if (isAllowed) {
        for (const one of readingsOf(request)) await closed.checkRequest(one, rules, one.path);
      }
      return { type: "host-rules" };
    },
  };
}
