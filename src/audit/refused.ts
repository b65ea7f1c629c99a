import type { RequestDecisionEvent, RequestOutcomeEvent } from "./audit-event.ts";

/** Whether an allowed request was refused on its way after all: by a limit, an address or a credential that can't be had. */
export function isRefusedLater({ outcome }: Pick<RequestOutcomeEvent, "outcome">): boolean {
  return outcome === "refused" || outcome === "limit-exceeded";
}

/** Whether a request was refused, by its decision or on its way: what summaries count is what filters show. */
export function isRefused(
  { verdict }: Pick<RequestDecisionEvent, "verdict">,
  outcome?: Pick<RequestOutcomeEvent, "outcome">,
): boolean {
  return verdict === "deny" || (outcome !== undefined && isRefusedLater(outcome));
}
