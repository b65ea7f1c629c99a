import type { RequestOutcomeEvent } from "./audit-event.ts";

/**
 * Whether an allowed request was refused on its way after all: by a limit, an address or a credential that can't be had.
 * Summaries count it beside what was denied, and filters show it so.
 */
export function isRefusedLater({ outcome }: Pick<RequestOutcomeEvent, "outcome">): boolean {
  return outcome === "refused" || outcome === "limit-exceeded";
}
